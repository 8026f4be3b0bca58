import type { Kafka } from 'kafkajs';
import type { KafkaConnection } from '../connection.js';
import { type PublishedEvent, readOwnEvent } from '../published-event.js';
import { topicNames, type TopicSettings } from '../topics.js';
import { cutOff } from './client-sockets.js';
import { kafkaClient, unavailable } from './kafka-client.js';
import { type OffsetRange, partitionRanges, readRanges } from './read-topic.js';

/** The last record of a partition may be a late repeat, so some before it are looked at as well. */
const LOOK_BACK_RECORDS = 100;

/**
 * The event with the highest position among the last records of each partition; null where there is none.
 *
 * @param ranges of the topic, as they are now
 * @throws KafkaUnavailable and kafkajs's errors
 */
export async function newestEvents(
  kafka: Kafka,
  topic: string,
  ranges: readonly OffsetRange[],
): Promise<(PublishedEvent | null)[]> {
  const newest: (PublishedEvent | null)[] = ranges.map(() => null);
  const tails = ranges.map(({ from, end }) => ({ from: Math.max(from, end - LOOK_BACK_RECORDS), end }));
  await readRanges(kafka, topic, tails, (partition, messages) => {
    for (const message of messages) {
      const event = readOwnEvent(partition, message);
      if (event === null) continue;
      const before = newest[partition];
      if (before === null || before === undefined || event.position > before.position)
        newest[partition] = event;
    }
  });
  return newest;
}

/** See `newestPublishedPosition` in open.ts. */
export async function newestKafkaPosition(
  connection: KafkaConnection,
  topics: Pick<TopicSettings, 'prefix'>,
): Promise<number> {
  const kafka = kafkaClient(connection);
  const topic = topicNames(topics.prefix).events;
  try {
    const newest = await newestEvents(kafka, topic, await partitionRanges(kafka, topic));
    return Math.max(0, ...newest.map((event) => event?.position ?? 0));
  } catch (error) {
    throw unavailable(connection, 'did not say which event is its newest', error);
  } finally {
    cutOff(kafka);
  }
}
