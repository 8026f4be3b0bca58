import { setTimeout as sleep } from 'node:timers/promises';
import { type EventLog, openMongodbEventLog } from '@rollbook/event-log';
import { kafkaForSuite, mongodbForSuite } from '@rollbook-servers';
import type { KafkaConnection, PublishersDatabase, TopicSettings } from '../src/index.js';
import { readPublishedPositions } from '../src/index.js';
import { checkPublished, plainConnection, readPublished } from './read-published.js';
import { type PublisherProcess, type PublisherProcessOptions, startPublisher } from './start-publisher.js';

export type PublishingWorld = {
  log: EventLog;
  mongodb: PublishersDatabase;
  connection: KafkaConnection;
  topics: TopicSettings;
  /** A publisher in a process of its own, which ends with the world. */
  publisher(options?: Partial<PublisherProcessOptions>): PublisherProcess;
  /** Resolves when what is stored says that everything in the log now is published. */
  allPublished(withinMs?: number): Promise<void>;
  /** How far the states are, as it is stored. */
  statesPosition(): Promise<number>;
  /** Compares the topic with the log. */
  check(): Promise<{ repeats: number }>;
};

const PARTITIONS = 4;
const PAGE = 1_000;

/**
 * A log of its own in the run's MongoDB, to publish to the run's Kafka or to the given one; all of it is gone afterwards.
 *
 * @param brokers of a Kafka of the suite's own
 */
export async function inPublishingWorld(
  work: (world: PublishingWorld) => Promise<void>,
  { brokers }: { brokers?: readonly string[] } = {},
): Promise<void> {
  const mongo = await mongodbForSuite();
  const kafka = brokers === undefined ? await kafkaForSuite() : null;
  const mongodb = { url: mongo.url, database: mongo.database };
  const connection = plainConnection(brokers ?? kafka?.brokers ?? []);
  const prefix = kafka?.topicPrefix ?? mongo.database;
  const log = await openMongodbEventLog(mongodb);
  const positions = await readPublishedPositions(mongodb);
  const states = await readPublishedPositions(mongodb, 'states');
  const processes: PublisherProcess[] = [];
  try {
    await work({
      log,
      mongodb,
      connection,
      topics: { prefix, partitions: PARTITIONS, replicationFactor: null },
      publisher(options = {}) {
        const started = startPublisher({
          brokers: connection.brokers,
          prefix,
          partitions: PARTITIONS,
          mongodb,
          instance: `publisher-${processes.length}`,
          turnTimes: { beatMs: 200, patienceMs: 1_500, lookMs: 50 },
          ...options,
        });
        processes.push(started);
        return started;
      },
      async allPublished(withinMs = 60_000) {
        const head = await log.head();
        const end = performance.now() + withinMs;
        for (;;) {
          const { position } = await positions.read();
          if (position >= head) return;
          if (performance.now() > end)
            throw new Error(`position ${position} of ${head} after ${withinMs} ms`);
          await sleep(20);
        }
      },
      statesPosition: async () => (await states.read()).position,
      async check() {
        const stored = [];
        for (let after = 0; ; after = stored.length) {
          const page = await log.readAll({ after, limit: PAGE });
          if (page.length === 0) break;
          stored.push(...page);
        }
        return checkPublished(await readPublished(connection, prefix), stored);
      },
    });
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
    await Promise.all([positions.close(), states.close()]);
    await log.close();
    await Promise.all([mongo.drop(), kafka?.drop()]);
  }
}
