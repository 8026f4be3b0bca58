import { LogDamaged } from '@rollbook/event-log';
import { KafkaUnavailable } from './connection.js';
import { LogGap } from './batches.js';
import type { EventPublisherOptions } from './event-publisher-options.js';
import { UnreadableEvent } from './event-record.js';
import { eventSession } from './event-session.js';
import { mongodbCheckpointStore } from './mongodb/checkpoint-store.js';
import { openPublishersCollection } from './mongodb/publishers-collection.js';
import { mongodbTurnStore } from './mongodb/turn-store.js';
import type { Publisher } from './publisher.js';
import { withOwnClient } from './publishing-client.js';
import { PublisherLoop } from './publisher-loop.js';
import { LogBehindKafka, resume } from './resume.js';
import { sayError } from './say-error.js';
import { topicNames } from './topics.js';
import { Turn } from './turn.js';
import { ensureKafkaTopics } from './kafka/ensure-topics.js';
import { openKafkaSender } from './kafka/kafka-sender.js';
import { newestEvents } from './kafka/newest-events.js';
import { partitionRanges } from './kafka/read-topic.js';

/** What no retry can mend: an event that cannot be published must not be skipped either. */
const FINAL = [LogGap, UnreadableEvent, LogDamaged];

/** See `openEventPublisher` in open.ts. */
export function startEventPublisher(options: EventPublisherOptions): Publisher {
  const { log, connection, topics, source, instance, on } = options;
  const collection = openPublishersCollection(options.mongodb);
  const store = mongodbCheckpointStore(collection.documents, 'events');
  const turn = new Turn(mongodbTurnStore(collection.documents, 'events'), instance, options.turnTimes);
  const topic = topicNames(topics.prefix).events;
  let topicsEnsured = false;
  return new PublisherLoop({
    instance,
    turn,
    on,
    async open(figures) {
      if (!topicsEnsured) await ensureKafkaTopics(connection, topics);
      topicsEnsured = true;
      return withOwnClient(connection, async (kafka) => {
        const ranges = await partitionRanges(kafka, topic);
        topicsEnsured = ranges.length === topics.partitions;
        if (!topicsEnsured) throw new KafkaUnavailable(`topic ${topic} is not as it was at the start`);
        const from = await resume({
          log,
          store,
          partitions: topics.partitions,
          ends: ranges.map(({ end }) => end),
          newestEvents: () => newestEvents(kafka, topic, ranges),
        }).catch((error: unknown) => {
          if (error instanceof LogBehindKafka) on.positionSeen?.(error.position);
          throw error;
        });
        figures.position = from.position;
        const sender = await openKafkaSender(kafka, topic, { sendTimeoutMs: options.sendTimeoutMs });
        const notStored = (error: unknown) => on.failed?.(sayError(error));
        return eventSession({ log, sender, from, store, source, figures, on, notStored });
      });
    },
    async observe() {
      const [{ position }, head] = await Promise.all([store.read(), log.head()]);
      return { position, head };
    },
    final: (error) => FINAL.some((kind) => error instanceof kind),
    dispose: () => collection.close(),
  });
}
