import { importEvents, type Imported, type StoredEvent } from '@rollbook/event-log';
import { type KafkaConnection, KafkaUnavailable, type PublishersDatabase } from '../connection.js';
import { kafkaClient, unavailable } from '../kafka/kafka-client.js';
import { type OffsetRange, partitionRanges } from '../kafka/read-topic.js';
import { mongodbCheckpointStore } from '../mongodb/checkpoint-store.js';
import { openPublishersCollection } from '../mongodb/publishers-collection.js';
import { nothingPublished } from '../published-positions.js';
import { topicNames, type TopicSettings } from '../topics.js';
import { eventsInOrder, type OrderedEnd } from './events-in-order.js';

export type RecoveryProgress = Imported & {
  /** Records on the topic, of which some may be repeats. */
  records: number;
};

export type Recovered = RecoveryProgress & {
  /**
   * Null when the log has everything that Kafka has. Otherwise `position` was never published, although `found`, a later
   * one, was: events from `position` on are not in the log.
   */
  missing: { position: number; found: number } | null;
  /** Records that are no events of ours, passed over. */
  foreign: number;
};

export type RecoveryOptions = {
  connection: KafkaConnection;
  topics: Pick<TopicSettings, 'prefix'>;
  mongodb: PublishersDatabase;
  onProgress?: (progress: RecoveryProgress) => void;
};

/** See `recoverFromKafka` in open.ts. */
export async function recover({
  connection,
  topics,
  mongodb,
  onProgress,
}: RecoveryOptions): Promise<Recovered> {
  const kafka = kafkaClient(connection);
  const topic = topicNames(topics.prefix).events;
  const ranges = await partitionRanges(kafka, topic).catch((error: unknown) => {
    throw unavailable(connection, 'did not say what it has', error);
  });
  if (ranges.length === 0) throw new KafkaUnavailable(`there is no topic ${topic}`);
  const records = ranges.reduce((sum, { from, end }) => sum + end - from, 0);
  const last = [...nothingPublished(ranges.length).partitions];
  let position = 0;
  let end: OrderedEnd = { missing: null, foreign: 0 };
  async function* events(): AsyncGenerator<StoredEvent> {
    const inOrder = eventsInOrder(kafka, topic, ranges);
    for (;;) {
      const next = await inOrder.next();
      if (next.done) {
        end = next.value;
        return;
      }
      const { partition, streamId, streamVersion, text } = next.value;
      position = next.value.position;
      last[partition] = position;
      yield { position, streamId, streamVersion, text };
    }
  }
  const imported = await importEvents({
    ...mongodb,
    events: events(),
    ...(onProgress === undefined ? {} : { onProgress: (now) => onProgress({ ...now, records }) }),
  });
  if (end.missing === null) await notePublished(mongodb, { position, partitions: last }, ranges);
  return { ...imported, records, ...end };
}

/** All of it came from Kafka, so the publisher has nothing of it to publish again. */
async function notePublished(
  mongodb: PublishersDatabase,
  positions: { position: number; partitions: readonly number[] },
  ranges: readonly OffsetRange[],
): Promise<void> {
  const collection = openPublishersCollection(mongodb);
  try {
    const offsets = ranges.map(({ end }) => (end === 0 ? null : end - 1));
    await mongodbCheckpointStore(collection.documents, 'events').advance({ ...positions, offsets });
  } finally {
    await collection.close();
  }
}
