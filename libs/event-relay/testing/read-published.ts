import type { StoredEvent } from '@rollbook/event-log';
import { type KafkaConnection, partitionOf, type PublishedEvent, topicNames } from '../src/index.js';

/** A connection without secrets, as the tests' servers have it. */
export const plainConnection = (brokers: readonly string[], clientId = 'rollbook-test'): KafkaConnection => ({
  brokers,
  tls: false,
  sasl: null,
  clientId,
});

/** Everything on the topic of events now, by partition, in the order in which it lies there. */
export async function readPublished(
  connection: KafkaConnection,
  prefix: string,
): Promise<PublishedEvent[][]> {
  const { kafkaClient } = await import('../src/kafka/kafka-client.js');
  const { partitionRanges, readRanges } = await import('../src/kafka/read-topic.js');
  const { readPublishedEvent } = await import('../src/published-event.js');
  const kafka = kafkaClient(connection);
  const topic = topicNames(prefix).events;
  const ranges = await partitionRanges(kafka, topic);
  const published: PublishedEvent[][] = ranges.map(() => []);
  await readRanges(kafka, topic, ranges, (partition, messages) => {
    for (const message of messages) published[partition]?.push(readPublishedEvent(partition, message));
  });
  return published;
}

/**
 * What must hold for the topic of events, whatever died (design §8): first occurrences are exactly the log, in order, and
 * every record, repeats too, says what the log says.
 *
 * @returns how many records were repeats
 * @throws Error in one sentence about the first record that is wrong
 */
export function checkPublished(
  published: readonly (readonly PublishedEvent[])[],
  log: readonly StoredEvent[],
): { repeats: number } {
  const partitions = published.length;
  let repeats = 0;
  for (const [partition, records] of published.entries()) {
    const due = log.filter(({ streamId }) => partitionOf(streamId, partitions) === partition);
    const previous = new Map(due.map(({ position }, i) => [position, due[i - 1]?.position ?? 0]));
    const stored = new Map(due.map((event) => [event.position, event]));
    let seen = 0;
    for (const record of records) {
      const where = `partition ${partition}, offset ${record.offset}, position ${record.position}`;
      const event = stored.get(record.position);
      if (event === undefined) throw new Error(`${where}: the log has no such event on this partition`);
      const same =
        event.text === record.text &&
        event.streamId === record.streamId &&
        event.streamVersion === record.streamVersion;
      if (!same) throw new Error(`${where}: not what the log has`);
      if (record.previousPosition !== previous.get(record.position)) {
        throw new Error(`${where}: names ${record.previousPosition} as its predecessor`);
      }
      const next = due[seen];
      if (next?.position === record.position) seen += 1;
      else if (next !== undefined && record.position > next.position) {
        throw new Error(`${where}: comes before position ${next.position} was there`);
      } else repeats += 1;
    }
    if (seen < due.length) {
      throw new Error(
        `partition ${partition}: ${due.length - seen} events are missing, the first at position ${due[seen]?.position}`,
      );
    }
  }
  return { repeats };
}
