import { type EventLog, openMongodbEventLog, type StoredEvent } from '@rollbook/event-log';
import {
  ensureTopics,
  openEventPublisher,
  partitionOf,
  type Publisher,
  topicNames,
  type TopicSettings,
} from '@rollbook/event-relay';
import { openMongodbReadModels, type ProjectionStatus, type ReadModels } from '@rollbook/read-models';
import { kafkaForSuite, mongodbForSuite } from '@rollbook-servers';
import { appendEvent, registration, registrationText, statusWhen } from '@rollbook-testing/read-models';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ProjectorProcess, startProjector } from './projector-process.js';

/** A record for the topic of events, made by a test. */
export type HandMade = {
  partition: number;
  key: string | null;
  value: string;
  headers: { [name: string]: string };
};

/**
 * Everything that a projector stands on, for one suite: a log, topics, a publisher that the test stops and starts, and
 * the read models as a registration API reads them. The projectors are processes of their own.
 */
export class World {
  readonly mongodb: { url: string; database: string };
  readonly brokers: readonly string[];
  readonly topics: TopicSettings;
  readonly log: EventLog & { waitAfter: EventLog['waitAfter'] };
  readonly models: ReadModels;
  readonly kafka: Kafka;
  readonly #projectors: ProjectorProcess[] = [];
  readonly #drop: () => Promise<void>;
  #publisher: Publisher | null = null;

  private constructor(
    parts: Pick<World, 'mongodb' | 'brokers' | 'topics' | 'log' | 'models'>,
    drop: () => Promise<void>,
  ) {
    this.mongodb = parts.mongodb;
    this.brokers = parts.brokers;
    this.topics = parts.topics;
    this.log = parts.log;
    this.models = parts.models;
    this.kafka = new Kafka({ brokers: [...parts.brokers], logLevel: logLevel.NOTHING });
    this.#drop = drop;
  }

  /** @param servers those of the run, unless a suite has its own */
  static async open(
    servers: { mongodbUrl?: string; brokers?: readonly string[]; partitions?: number } = {},
  ): Promise<World> {
    const { partitions = 3 } = servers;
    const shared = { kafka: await kafkaForSuite(), mongodb: await mongodbForSuite() };
    const { topicPrefix: prefix } = shared.kafka;
    const { database } = shared.mongodb;
    const mongodb = { url: servers.mongodbUrl ?? shared.mongodb.url, database };
    const brokers = servers.brokers ?? shared.kafka.brokers;
    const topics = { prefix, partitions, replicationFactor: 1 };
    const log = await openMongodbEventLog(mongodb);
    const models = await openMongodbReadModels({ ...mongodb, log });
    return new World({ mongodb, brokers, topics, log, models }, async () => {
      await shared.mongodb.drop();
      await shared.kafka.drop();
    });
  }

  get connection() {
    return { brokers: this.brokers, tls: false, sasl: null, clientId: 'test' };
  }

  get eventsTopic(): string {
    return topicNames(this.topics.prefix).events;
  }

  /** The consumer group of a generation. */
  groupOf(generation: number): string {
    return `${this.topics.prefix}.projector.clients.${generation}`;
  }

  /** Records that are in the model of a generation, and that its group has not committed yet. */
  async uncommitted(generation: number): Promise<number> {
    const admin = this.kafka.admin();
    const mongodb = new MongoClient(this.mongodb.url);
    try {
      await admin.connect();
      const groupId = this.groupOf(generation);
      const [group] = await admin.fetchOffsets({ groupId, topics: [this.eventsTopic] });
      const committed = new Map(
        group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
      );
      const checkpoints = await mongodb
        .db(this.mongodb.database)
        .collection<{ _id: number; offset: string | null }>(`checkpoints_${generation}`)
        .find()
        .toArray();
      return checkpoints.reduce((records, { _id, offset }) => {
        const next = offset === null ? 0 : Number(offset) + 1;
        return records + Math.max(0, next - Math.max(0, committed.get(_id) ?? 0));
      }, 0);
    } finally {
      await admin.disconnect();
      await mongodb.close();
    }
  }

  async publish(): Promise<void> {
    await ensureTopics(this.connection, this.topics);
    const { connection, mongodb, topics, log } = this;
    const source = 'http://localhost:3000';
    this.#publisher = await openEventPublisher({
      log,
      connection,
      topics,
      source,
      mongodb,
      instance: randomUUID(),
      on: {},
    });
  }

  async stopPublishing(): Promise<void> {
    await this.#publisher?.close();
    this.#publisher = null;
  }

  /** Starts a projector process on these servers. */
  async projector(env: Readonly<Record<string, string>> = {}): Promise<ProjectorProcess> {
    const { url, database } = this.mongodb;
    const address = new URL(url);
    address.pathname = `/${database}`;
    const projector = await startProjector({
      ROLLBOOK_MONGODB_URL: address.href,
      ROLLBOOK_KAFKA_BROKERS: this.brokers.join(','),
      ROLLBOOK_KAFKA_TOPIC_PREFIX: this.topics.prefix,
      ROLLBOOK_KAFKA_PARTITIONS: String(this.topics.partitions),
      ROLLBOOK_KAFKA_REPLICATION_FACTOR: '1',
      ...env,
    });
    this.#projectors.push(projector);
    return projector;
  }

  /** Registers clients and changes them, several at a time, each change an event. */
  async load(clientIds: readonly string[], changes = 2): Promise<void> {
    const CONCURRENT = 50;
    for (let at = 0; at < clientIds.length; at += CONCURRENT) {
      await Promise.all(
        clientIds.slice(at, at + CONCURRENT).map((client_id) => this.#live(client_id, changes)),
      );
    }
  }

  async #live(client_id: string, changes: number): Promise<void> {
    await this.log.append({
      streamId: `client-${client_id}`,
      expectedVersion: 0,
      events: [registrationText(client_id)],
      commitId: randomUUID(),
    });
    for (let change = 1; change <= changes; change += 1) {
      const { metadata } = registration(client_id, { client_name: `Name ${change}` });
      await appendEvent(this.log, client_id, change + 1, 'ClientUpdated', {
        metadata,
        changed: ['client_name'],
      });
    }
  }

  /** What is in the log above a position. */
  async events(after = 0): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (;;) {
      const page = await this.log.readAll({ after: after + events.length, limit: 500 });
      if (page.length === 0) return events;
      events.push(...page);
    }
  }

  /**
   * Puts the log on Kafka as a publisher does, and records of any kind, without noting down what was published.
   *
   * @param alter gives another record in the place of an event's, or none
   */
  async publishByHand(alter: (record: HandMade, event: StoredEvent) => HandMade | null): Promise<HandMade[]> {
    const { partitions } = this.topics;
    const last = new Map<number, number>();
    const records: HandMade[] = [];
    for (const event of await this.events()) {
      const partition = partitionOf(event.streamId, partitions);
      const headers = {
        ce_position: String(event.position),
        ce_streamversion: String(event.streamVersion),
        ce_prevposition: String(last.get(partition) ?? 0),
      };
      last.set(partition, event.position);
      const record = alter({ partition, key: event.streamId, value: event.text, headers }, event);
      if (record !== null) records.push(record);
    }
    await this.produce(records);
    return records;
  }

  async produce(messages: readonly HandMade[]): Promise<void> {
    const producer = this.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic: this.eventsTopic, acks: -1, messages: [...messages] });
    await producer.disconnect();
  }

  /** Waits until everything in the log is in the live model. */
  async caughtUp(): Promise<ProjectionStatus> {
    const head = await this.log.head();
    try {
      return await statusWhen(this.models, ({ position }) => position >= head);
    } catch (error) {
      throw new Error(`${String(error)}; publisher: ${JSON.stringify(this.#publisher?.status())}`, {
        cause: error,
      });
    }
  }

  /** Waits until everything is in the live model, and says how that differs from a fresh fold of the log. */
  async differences(): Promise<{ clients: number; differences: unknown[] }> {
    await this.caughtUp();
    const { clients, differences } = await this.models.replay({
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    return { clients, differences };
  }

  async close(): Promise<void> {
    await Promise.all(this.#projectors.map((projector) => projector.kill()));
    await this.stopPublishing();
    await this.models.close();
    await this.log.close();
    await this.#drop();
  }
}

/** Waits until something is so, or says what never was. */
export async function eventually(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  withinMs = 30_000,
): Promise<void> {
  const until = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > until) throw new Error(`never: ${what}`);
    await delay(20);
  }
}
