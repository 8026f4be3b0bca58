import { readEvent, type StoredEvent } from '@rollbook/event-log';
import { type ClientState, evolve, initialState, streamIdOf } from '@rollbook/registration';
import type { Received } from './read-topic.js';

type State = Pick<ClientState, 'status' | 'metadata' | 'secrets' | 'streamVersion'>;

/**
 * The compacted topic against the log: the last record of each client is its state now, that of a deleted one is a
 * tombstone, and a client that the log has not is not there.
 *
 * @returns a sentence for every client that differs
 */
export function brokenStates(records: readonly Received[], log: readonly StoredEvent[]): string[] {
  const last = new Map(records.map(({ message }) => [String(message.key), message.value]));
  const states = new Map<string, ClientState>();
  for (const { streamId, text } of log) {
    if (!streamId.startsWith(streamIdOf(''))) continue;
    states.set(streamId, evolve(states.get(streamId) ?? initialState(), readEvent(text)));
  }
  const broken: string[] = [];
  for (const [streamId, state] of states) {
    const found = last.get(streamId);
    if (found === undefined) broken.push(`topic of clients: ${streamId} is not there`);
    else if (state.status === 'deleted') {
      if (found !== null) broken.push(`topic of clients: ${streamId} is deleted, and has no tombstone`);
    } else if (found === null) broken.push(`topic of clients: ${streamId} has a tombstone, and lives`);
    else if (essence(JSON.parse(found.toString()) as State) !== essence(state))
      broken.push(`topic of clients: ${streamId} is not as the log says`);
  }
  for (const streamId of last.keys())
    if (!states.has(streamId)) broken.push(`topic of clients: ${streamId} is unknown to the log`);
  return broken;
}

const essence = ({ status, metadata, secrets, streamVersion }: State) =>
  JSON.stringify([status, streamVersion, sorted(metadata), secrets.map(sorted)]);
const sorted = (record: object) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
