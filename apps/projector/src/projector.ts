import { openMongodbLogReader } from '@rollbook/event-log';
import {
  checkTopics,
  type KafkaConnection,
  kafkaClients,
  readPublishedPositions,
  topicNames,
  TopicsRefused,
  type TopicSettings,
} from '@rollbook/event-relay';
import { CloseBackwards, type Clock, type Logger } from '@rollbook/platform';
import {
  type CoordinationEvent,
  type MongodbProjection,
  openMongodbProjector,
  openMongodbReadModels,
} from '@rollbook/read-models';
import type { Kafka } from 'kafkajs';
import { CREDENTIALS_REFUSED, credentialsRefused } from '../../registration-api/src/credentials-refused.js';
import { backoffMs, pause, within } from './consume/backoff.js';
import { GenerationConsumer } from './consume/consumer.js';
import { deleteGroup } from './delete-group.js';
import { type FollowedStatus, GenerationFollower } from './generations/generation-follower.js';
import type { BatchCounters } from './operations/batch-counters.js';
import { Sayings } from './operations/sayings.js';
import { type StageLag, stageLags } from './operations/stage-lag.js';

export type ProjectorOptions = {
  mongodb: { url: string; database: string };
  connection: KafkaConnection;
  topics: TopicSettings;
  /** Names this process among the others. */
  instance: string;
  logger: Logger;
  counters: BatchCounters;
  clock: Clock;
  /** The topics are not as they must be, or the database refuses the credentials: an operator has to act, the process ends. */
  onRefused: (mistakes: readonly string[]) => void;
  /** For tests. */
  pace?: Parameters<typeof openMongodbProjector>[0]['pace'];
};

/** A process that stops has ten seconds for everything; what hangs gets so long. */
const START_ENDS_WITHIN_MS = 2_000;
const COORDINATION_ENDS_WITHIN_MS = 1_000;

/** What is open once everything could be reached. */
type Running = { follower: GenerationFollower; lags: () => Promise<StageLag[]> };

/**
 * A process that builds the read models in MongoDB from the events on Kafka, together with any number of others. What
 * can't be reached is waited for, at the start as later.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #sayings: Sayings;
  readonly #closing = new AbortController();
  readonly #open = new CloseBackwards();
  readonly #started: Promise<void>;
  #running: Running | null = null;
  #waitsFor = 'the start';
  #died: string | null = null;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#sayings = new Sayings(options.logger, options.counters, () => performance.now());
    this.#started = this.#start().catch((error: unknown) => {
      if (this.#closing.signal.aborted) return;
      this.#died = 'the projector could not be started';
      if (error instanceof TopicsRefused) options.onRefused(error.mistakes);
      else if (credentialsRefused(error)) options.onRefused([CREDENTIALS_REFUSED]);
      else options.logger.error({ err: error }, this.#died);
    });
  }

  /** The generations that are followed, the oldest first. */
  status(): FollowedStatus[] {
    return this.#running?.follower.status() ?? [];
  }

  /** Why the process should be replaced; null while everything goes on. */
  notLiving(): string | null {
    return this.#died ?? this.#running?.follower.notLiving() ?? null;
  }

  /** Why this process takes no part in the work yet; null once it does. */
  notReady(): string | null {
    if (this.#running === null) return `waiting for ${this.#waitsFor}`;
    const live = this.status().find(({ generation }) => generation.state === 'live');
    if (live === undefined) return 'the live read model is not known yet';
    return live.consumer.state === 'joining' ? 'has not joined the consumer group yet' : null;
  }

  /** None before everything could be reached; rejects while the database can't be. */
  async stageLags(): Promise<StageLag[]> {
    return (await this.#running?.lags()) ?? [];
  }

  /**
   * Ends after the chunks under way, leaves the consumer groups and closes what is open. Waits for nothing that hangs: a
   * start that still waits for Kafka or the database closes what it opens when it hears of them.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    const started = await within(START_ENDS_WITHIN_MS, this.#started);
    await this.#open.close();
    if (started) return;
    void this.#started
      .then(() => this.#open.close())
      .catch((err: unknown) => this.#options.logger.warn({ err }, 'something could not be closed'));
  }

  async #start(): Promise<void> {
    const { clock, connection, instance, mongodb, pace = {}, topics } = this.#options;
    const close = (one: { close(): Promise<void> }) => one.close();
    await this.#reach('the topics', () => checkTopics(connection, topics));
    const log = await this.#reach('the log', () => openMongodbLogReader(mongodb));
    this.#open.add(log, close);
    const published = await this.#reach('the published positions', () => readPublishedPositions(mongodb));
    this.#open.add(published, close);
    const models = await this.#reach('the read models', () => openMongodbReadModels({ ...mongodb, log }));
    this.#open.add(models, close);
    const { partitions } = topics;
    const projector = await this.#reach('the read models', () =>
      openMongodbProjector({ ...mongodb, log, partitions, instance, pace }),
    );
    this.#open.add(projector, close);
    const kafka = await kafkaClients(connection);
    this.#coordinate((options) => projector.coordinate(options), kafka);
    const startConsumer = (projection: MongodbProjection) => this.#startConsumer(projection, kafka);
    const follower = new GenerationFollower({ projector, startConsumer, on: this.#sayings.follower() });
    this.#open.add(follower, close);
    const lags = async () => {
      const [clients] = await models.projections();
      const at = { published: (await published.read()).position, projected: clients?.position ?? 0 };
      return stageLags(log, at, clock());
    };
    this.#running = { follower, lags };
  }

  #startConsumer(projection: MongodbProjection, kafka: () => Kafka): GenerationConsumer {
    const { topics } = this.#options;
    return new GenerationConsumer({
      kafka,
      topic: topicNames(topics.prefix).events,
      partitions: topics.partitions,
      groupId: this.#groupOf(projection.generation),
      projection,
      seconds: () => performance.now() / 1000,
      on: this.#sayings.consumer(projection.generation),
    });
  }

  /** One group for each generation: a rebuild begins at the beginning and takes nothing from the live model. */
  #groupOf(generation: number): string {
    return `${this.#options.topics.prefix}.projector.clients.${generation}`;
  }

  /** Runs until closing; that it ends before is a reason to replace the process. */
  #coordinate(
    coordinate: (options: { signal: AbortSignal; on: (event: CoordinationEvent) => void }) => Promise<void>,
    kafka: () => Kafka,
  ): void {
    const { signal } = this.#closing;
    const deleted = new Set<Promise<void>>();
    const on = (event: CoordinationEvent) => {
      this.#sayings.coordination(event);
      if (event.kind !== 'dropped') return;
      const group = this.#groupOf(event.generation);
      const deletion = deleteGroup(kafka(), group, signal)
        .catch((error: unknown) => this.#sayings.failed(`deleting the consumer group ${group}`, error))
        .finally(() => deleted.delete(deletion));
      deleted.add(deletion);
    };
    const ended = coordinate({ signal, on }).catch((error: unknown) => {
      this.#died = 'the coordination of rebuilds has ended';
      this.#sayings.failed('coordinating rebuilds', error);
    });
    this.#open.add(deleted, () => within(COORDINATION_ENDS_WITHIN_MS, Promise.all([ended, ...deleted])));
  }

  /** Does what needs Kafka or the database until it works. */
  async #reach<T>(what: string, open: () => Promise<T>): Promise<T> {
    this.#waitsFor = what;
    const { signal } = this.#closing;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        return await open();
      } catch (error) {
        if (error instanceof TopicsRefused || credentialsRefused(error) || isDefect(error)) throw error;
        this.#sayings.waiting(what, error, attempt);
        await pause(backoffMs(attempt), signal);
      }
    }
  }
}

/** An error of the program, which no waiting mends. By name, because of errors of another realm. */
const isDefect = (error: unknown): boolean =>
  error instanceof Error && ['SyntaxError', 'TypeError', 'ReferenceError', 'RangeError'].includes(error.name);
