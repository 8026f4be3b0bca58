import type { Kafka } from 'kafkajs';
import type { KafkaConnection, PublishersDatabase } from './connection.js';
import type { PublishedPositions } from './published-positions.js';
import type { EventPublisherOptions } from './event-publisher-options.js';
import type { Publisher } from './publisher.js';
import type { Recovered, RecoveryOptions } from './recovery/recover.js';
import type { StatePublisherOptions } from './state/state-publisher.js';
import type { TopicSettings } from './topics.js';

// What needs a driver loads it here, when it is called, so that a process without Kafka and MongoDB starts fast.

/**
 * Creates the topics of design §7 that do not exist and checks those that do; any number of processes may do so at once.
 *
 * @throws TopicsRefused when topics are not as they must be: a mistake of the operator's, one sentence each
 * @throws KafkaUnavailable when Kafka does not answer, or has fewer brokers than the replication factor: try again later
 */
export async function ensureTopics(connection: KafkaConnection, settings: TopicSettings): Promise<void> {
  const { ensureKafkaTopics } = await import('./kafka/ensure-topics.js');
  await ensureKafkaTopics(connection, settings);
}

/**
 * Checks the topics of design §7 without making any, for those who only read them.
 *
 * @throws TopicsRefused when topics are not as they must be
 * @throws KafkaUnavailable when Kafka does not answer, or a topic does not exist yet: try again later
 */
export async function checkTopics(connection: KafkaConnection, settings: TopicSettings): Promise<void> {
  const { checkKafkaTopics } = await import('./kafka/ensure-topics.js');
  await checkKafkaTopics(connection, settings);
}

/** What makes clients of Kafka with the settings of this connection, for those who consume. */
export async function kafkaClients(connection: KafkaConnection): Promise<() => Kafka> {
  const { kafkaClient } = await import('./kafka/kafka-client.js');
  return () => kafkaClient(connection);
}

/**
 * Reads how far the event publishers are, wherever they run; the low-water mark of the read models builds on it.
 *
 * @param of `states` for the state publisher
 * @throws from `read` what the database's driver throws when it does not answer
 */
export async function readPublishedPositions(
  mongodb: PublishersDatabase,
  of: 'events' | 'states' = 'events',
): Promise<{ read(): Promise<PublishedPositions>; close(): Promise<void> }> {
  const { openPublishersCollection } = await import('./mongodb/publishers-collection.js');
  const { mongodbCheckpointStore } = await import('./mongodb/checkpoint-store.js');
  const collection = openPublishersCollection(mongodb);
  const store = mongodbCheckpointStore(collection.documents, of);
  return {
    async read() {
      const { position, partitions } = await store.read();
      return { position, partitions };
    },
    close: () => collection.close(),
  };
}

/**
 * Starts following the log: publishes it to the topic of events while it is this process's turn (design §7). Needs neither
 * Kafka nor the database to be up; `status()` says what it waits for. Creates and checks the topics before it publishes.
 */
export async function openEventPublisher(options: EventPublisherOptions): Promise<Publisher> {
  const { startEventPublisher } = await import('./event-publisher.js');
  return startEventPublisher(options);
}

/**
 * Starts following the topic of events: publishes the state of each client to the compacted topic of clients while it is
 * this process's turn (design §7), in transactions, so that of two processes the older one is fenced. Needs neither
 * Kafka nor the database to be up; `status()` says what it waits for.
 */
export async function openStatePublisher(options: StatePublisherOptions): Promise<Publisher> {
  const { startStatePublisher } = await import('./state/state-publisher.js');
  return startStatePublisher(options);
}

/**
 * The greatest position on the topic of events: a position that existed, so a log that ends below it was restored to an
 * earlier state (design §8). Where the last records are late repeats it may be a little less than the greatest of all.
 *
 * @returns 0 when the topic is empty or does not exist
 * @throws KafkaUnavailable when Kafka does not answer
 */
export async function newestPublishedPosition(
  connection: KafkaConnection,
  topics: Pick<TopicSettings, 'prefix'>,
): Promise<number> {
  const { newestKafkaPosition } = await import('./kafka/newest-events.js');
  return newestKafkaPosition(connection, topics);
}

/**
 * Brings a log that was restored to an earlier state back to what Kafka has (design §8): reads the whole topic of events,
 * compares what the log still has and imports what it lost, at its positions. Safe beside running services, which refuse
 * appends meanwhile, and safe to repeat.
 *
 * @throws ImportRefused when the log has another event than Kafka at some position; everything imported before stays
 * @throws KafkaUnavailable, LogUnavailable: begin anew
 */
export async function recoverFromKafka(options: RecoveryOptions): Promise<Recovered> {
  const { recover } = await import('./recovery/recover.js');
  return recover(options);
}
