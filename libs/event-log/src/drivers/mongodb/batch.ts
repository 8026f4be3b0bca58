import type { Append } from '../../event-log.js';
import { commitKey, type LogDocument } from './log-document.js';

/** Commands in one request (design §4). */
export const MAX_BATCH_COMMANDS = 500;
/** Octets of the documents in one request (design §4): far below what a driver splits (16 MiB) or a server refuses. */
export const MAX_BATCH_OCTETS = 8 * 1024 * 1024;

/** A command with the number of its commit, which it keeps in every attempt. */
export type Numbered = { append: Append; n: number; octets: number };

/**
 * Takes what goes out next from a queue, in order. Of several commands that want the same place in a stream the first
 * goes, the others wait for what becomes of it: a duplicate would stop everything behind it.
 */
export function takeBatch<T extends Numbered>(queue: T[]): T[] {
  const batch: T[] = [];
  const later: T[] = [];
  const keys = new Set<string>();
  let octets = 0;
  let taken = 0;
  for (const command of queue) {
    if (batch.length === MAX_BATCH_COMMANDS) break;
    if (batch.length > 0 && octets + command.octets > MAX_BATCH_OCTETS) break;
    taken++;
    const key = commitKey(command.append.streamId, command.n);
    if (keys.has(key)) {
      later.push(command);
      continue;
    }
    keys.add(key);
    octets += command.octets;
    batch.push(command);
  }
  queue.splice(0, taken, ...later);
  return batch;
}

/** The documents of a request: the first follows the head, each further one its predecessor in the same request. */
export function numberFrom(head: number, batch: readonly Numbered[]): LogDocument[] {
  let next = head + 1;
  return batch.map(({ append, n }) => {
    const document = {
      _id: next,
      count: append.events.length,
      commit: commitKey(append.streamId, n),
      fromVersion: append.expectedVersion + 1,
      events: [...append.events],
    };
    next += document.count;
    return document;
  });
}
