import { admitAppend } from '../../admit-append.js';
import type { Append, Appended, EventLog, StoredEvent } from '../../event-log.js';
import { HeadWaiters } from '../../head-waiters.js';
import { LogUnavailable, VersionConflict } from '../../refusals.js';

/** A stored event and the number of events that its command appended after it. */
type Kept = { event: StoredEvent; rest: number };

/** A log that lives as long as the process: for unit tests, by the same contract as the others. */
export function memoryEventLog(): EventLog {
  const log: Kept[] = [];
  const streams = new Map<string, Kept[]>();
  const waiters = new HeadWaiters();
  const closed = new AbortController();

  const write = ({ streamId, expectedVersion, events }: Append): Appended => {
    const stream = streams.get(streamId) ?? [];
    if (stream.length !== expectedVersion) {
      const found = stream.slice(expectedVersion, expectedVersion + events.length);
      const same = events.every(
        (text, i) => found[i]?.event.text === text && found[i].rest === events.length - 1 - i,
      );
      const last = found.at(-1)?.event;
      if (!same || last === undefined) throw new VersionConflict(streamId, expectedVersion);
      return { streamVersion: last.streamVersion, position: last.position };
    }
    streams.set(streamId, stream);
    events.forEach((text, i) => {
      const event = { position: log.length + 1, streamId, streamVersion: stream.length + 1, text };
      const kept = { event, rest: events.length - 1 - i };
      log.push(kept);
      stream.push(kept);
    });
    waiters.advance(log.length);
    return { streamVersion: stream.length, position: log.length };
  };

  return {
    async append(append) {
      admitAppend(append);
      if (closed.signal.aborted) throw new LogUnavailable('closed', 'the event log is closed');
      return write(append);
    },
    async requireWhole() {},
    async readStream(streamId, { afterVersion = 0, limit } = {}) {
      const end = limit === undefined ? undefined : afterVersion + limit;
      return (streams.get(streamId) ?? []).slice(afterVersion, end).map(copyOf);
    },
    async readAll({ after, limit }) {
      return log.slice(after, after + limit).map(copyOf);
    },
    async head() {
      return log.length;
    },
    async waitAfter(position, signal) {
      signal.throwIfAborted();
      if (log.length > position) return log.length;
      return waiters.wait(position, AbortSignal.any([signal, closed.signal]));
    },
    async close() {
      closed.abort(new LogUnavailable('closed', 'the event log is closed'));
    },
  };
}

const copyOf = ({ event }: Kept): StoredEvent => ({ ...event });
