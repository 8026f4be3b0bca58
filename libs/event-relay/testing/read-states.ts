import { readEvent, type StoredEvent } from '@rollbook/event-log';
import { type ClientState, evolve, initialState } from '@rollbook/registration';
import { type KafkaConnection, partitionOf, readStateHeaders, topicNames } from '../src/index.js';

/** A record of the topic of clients; `value` is null for a tombstone. */
export type PublishedState = {
  key: string;
  value: string | null;
  offset: string;
  eventsOffset: number;
  position: number;
  /** Grows with every producer that takes the transactional id: tells whose record it is. */
  producerEpoch: number;
};

/** Everything on the topic of clients that a consumer may see now, by partition, in the order in which it lies there. */
export async function readStates(connection: KafkaConnection, prefix: string): Promise<PublishedState[][]> {
  const { kafkaClient } = await import('../src/kafka/kafka-client.js');
  const { partitionRanges, readRanges } = await import('../src/kafka/read-topic.js');
  const kafka = kafkaClient(connection);
  const topic = topicNames(prefix).clients;
  const ranges = await partitionRanges(kafka, topic);
  const states: PublishedState[][] = ranges.map(() => []);
  await readRanges(kafka, topic, ranges, (partition, messages) => {
    for (const message of messages) {
      states[partition]?.push({
        key: String(message.key),
        value: message.value?.toString() ?? null,
        offset: message.offset,
        ...readStateHeaders(partition, message),
        producerEpoch: producerEpochOf(message),
      });
    }
  });
  return states;
}

/** kafkajs hands it out with each record, and leaves it out of its types. */
const producerEpochOf = (message: object): number =>
  (message as { batchContext?: { producerEpoch: number } }).batchContext?.producerEpoch ?? -1;

/**
 * What must hold for the topic of clients once everything is published, whatever died (design §§7, 8): it never goes
 * back, not for a client and not for a partition, and the last record of each client is a fresh fold of its stream.
 *
 * @throws Error in one sentence about the first record that is wrong
 */
export function checkStates(
  states: readonly (readonly PublishedState[])[],
  log: readonly StoredEvent[],
): void {
  const last = new Map<string, PublishedState>();
  const beforeLast = new Map<string, PublishedState>();
  for (const [partition, records] of states.entries()) {
    let eventsOffset = -1;
    for (const record of records) {
      const where = `partition ${partition}, offset ${record.offset}, ${record.key}`;
      if (partitionOf(record.key, states.length) !== partition)
        throw new Error(`${where}: on a wrong partition`);
      if (record.eventsOffset < eventsOffset)
        throw new Error(`${where}: goes back to ${record.eventsOffset}`);
      eventsOffset = record.eventsOffset;
      const before = last.get(record.key);
      if (before !== undefined) beforeLast.set(record.key, before);
      const later = before === undefined || record.position > before.position;
      if (!later && !(record.value === null && record.position === before.position)) {
        throw new Error(`${where}: position ${record.position} after ${before.position}`);
      }
      last.set(record.key, record);
    }
  }
  const folds = foldAll(log);
  for (const [streamId, { state, position }] of folds) {
    const record = last.get(streamId);
    if (record?.position !== position)
      throw new Error(`${streamId}: the log is at ${position}, Kafka at ${record?.position}`);
    if ((record.value === null) !== (state.status === 'deleted'))
      throw new Error(`${streamId}: wrongly a tombstone or not`);
    const value = record.value ?? beforeLast.get(streamId)?.value ?? '{}';
    const { metadata, secrets, status, streamVersion } = JSON.parse(value) as ClientState;
    const same =
      JSON.stringify([metadata, secrets, status, streamVersion]) ===
      JSON.stringify([state.metadata, state.secrets, state.status, state.streamVersion]);
    if (!same) throw new Error(`${streamId}: ${value} is not the fold of the log`);
  }
  if (last.size !== folds.size) throw new Error(`${last.size} clients on Kafka, ${folds.size} in the log`);
}

function foldAll(log: readonly StoredEvent[]): Map<string, { state: ClientState; position: number }> {
  const folds = new Map<string, { state: ClientState; position: number }>();
  for (const { streamId, position, text } of log) {
    const before = folds.get(streamId)?.state ?? initialState();
    folds.set(streamId, { state: evolve(before, readEvent(text)), position });
  }
  return folds;
}
