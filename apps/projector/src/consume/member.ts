import { cutOff } from '@rollbook/event-relay';
import type { MongodbProjection } from '@rollbook/read-models';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { pause } from './backoff.js';
import { Membership, nextAfter } from './membership.js';
import { readRecords } from './read-records.js';
import { type BatchTaker, takeBatch, type UnknownAhead } from './take-batch.js';

/** A member that was killed is noticed, and its partitions given to others, after this time. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1000;
/** Members may take so long over what they are doing before the group is divided without them. */
const REBALANCE_TIMEOUT_MS = 20_000;
/** A fetch returns as soon as there is a record, or after this time; leaving waits for it. */
const MAX_WAIT_MS = 100;
/** Inside one client; after that it has failed, and whoever runs it begins with another. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2000, retries: 5 };
/** Leaving takes a fetch and a request; brokers that do not answer must not hold up the end. */
const LEAVE_WITHIN_MS = 2500;
/** While the checkpoints are being read, in milliseconds. */
const HEARTBEAT_EVERY_MS = 500;
/** How long a partition rests before an event that this release does not know is looked at again. */
const UNKNOWN_EVENT_REST_MS = 5000;

export type MemberEvents = BatchTaker['on'] & {
  joined(partitions: readonly number[]): void;
  /** The checkpoints can't be read for now. */
  unaligned(error: unknown, attempt: number): void;
  /** The offsets of the group can't be committed for now; the model goes on. */
  uncommitted(error: unknown, attempt: number): void;
  /** A partition rests before an event that this release does not know. */
  unknownEvent(partition: number, ahead: UnknownAhead): void;
  /** A sign of life from the client. */
  alive: () => void;
};

export type MemberOptions = Omit<BatchTaker, 'projection' | 'on'> & {
  topic: string;
  /** Of the topic. */
  partitions: number;
  groupId: string;
  projection: Pick<MongodbProjection, 'apply' | 'checkpoints'>;
  on: MemberEvents;
};

/** One client of Kafka in the group, from its connection until it fails or is told to leave. */
export class Member {
  readonly #options: MemberOptions;
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #left = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #membership: Membership | null = null;
  /** Partitions that rest before an event that is not known. */
  readonly #resting = new Map<number, { reason: string; timer: NodeJS.Timeout }>();
  /** What is being waited for, by partition; -1 for all of them. */
  readonly #waiting = new Map<number, string>();

  constructor(kafka: Kafka, options: MemberOptions) {
    this.#options = options;
    this.#kafka = kafka;
    // What fails while the client is still being started is told by what starts it.
    this.#ended.promise.catch(() => undefined);
    this.#consumer = kafka.consumer({
      groupId: options.groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: MAX_WAIT_MS,
      // Starting anew is ours, after any failure; kafkajs does it after some.
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Ours now, each with the position up to which it is in the model; null while that is not known. */
  partitions(): { partition: number; position: number | null }[] {
    return (this.#membership?.partitions ?? []).map((partition) => ({
      partition,
      position: this.#membership?.cursorOf(partition)?.position ?? null,
    }));
  }

  get joined(): boolean {
    return this.#membership !== null;
  }

  /** What it waits for; null while it does not. */
  waitsFor(): string | null {
    const [waiting] = this.#waiting.values();
    const [resting] = this.#resting.values();
    return waiting ?? resting?.reason ?? null;
  }

  /** Resolves after {@link leave}, rejects when the client fails; everything is closed by then. */
  async run(): Promise<void> {
    const { topic, partitions } = this.#options;
    this.#listen();
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topic, fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: partitions,
        eachBatch: (payload) => this.#takeBatch(payload),
      });
      await this.#ended.promise;
    } finally {
      this.#wake(false);
      await this.#disconnect();
      this.#membership?.end();
      this.#membership = null;
    }
  }

  async #disconnect(): Promise<void> {
    const gone = new AbortController();
    const hurried = AbortSignal.any([gone.signal, this.#options.signal]);
    const patience = pause(LEAVE_WITHIN_MS, hurried);
    // Before it leaves: afterwards the broker does not take it from us. Chunks under way flush what they add.
    if (this.#left.signal.aborted) await Promise.race([this.#membership?.commits.flush(), patience]);
    await Promise.race([this.#consumer.disconnect(), patience]);
    gone.abort();
    cutOff(this.#kafka);
  }

  /** Ends {@link run} after the chunks under way: what is in the model is committed, the group is left. */
  leave(): void {
    this.#left.abort();
    this.#ended.resolve();
  }

  #listen(): void {
    const { CRASH, FETCH, GROUP_JOIN, HEARTBEAT, REBALANCING } = this.#consumer.events;
    const { on, topic } = this.#options;
    this.#consumer.on(CRASH, ({ payload }) => this.#ended.reject(payload.error));
    this.#consumer.on(FETCH, on.alive);
    this.#consumer.on(HEARTBEAT, on.alive);
    // The last moment at which the broker takes it from us, if it does; whoever gets the partitions commits it, too.
    this.#consumer.on(REBALANCING, () => void this.#membership?.commits.flush());
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#join(payload.memberAssignment[topic] ?? []));
  }

  /** Called before the first fetch of each stay in the group. */
  #join(partitions: readonly number[]): void {
    const { on, projection, topic } = this.#options;
    this.#membership?.end();
    this.#wake(true);
    this.#waiting.clear();
    const membership = new Membership({
      partitions: partitions.toSorted((a, b) => a - b),
      projection,
      seek: (partition, offset) => this.#consumer.seek({ topic, partition, offset }),
      onFailure: (error, attempt) => {
        this.#waiting.set(-1, messageOf(error));
        on.unaligned(error, attempt);
      },
      onUncommitted: (error, attempt) => on.uncommitted(error, attempt),
      // The next client begins at the checkpoints that are there now.
      onBehind: (error) => this.#ended.reject(error),
    });
    this.#membership = membership;
    void membership.aligned.then(() => this.#waiting.delete(-1));
    on.joined(membership.partitions);
  }

  async #takeBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const heartbeat = () => payload.heartbeat();
    const membership = this.#membership;
    if (membership === null) return;
    const abandoned = () =>
      membership.over || this.#left.signal.aborted || payload.isStale() || !payload.isRunning();
    while (!membership.pointed && !abandoned()) {
      await Promise.race([membership.aligned, pause(HEARTBEAT_EVERY_MS, this.#left.signal)]);
      if (!abandoned()) await heartbeat();
    }
    // Stale, now that the partition points at its checkpoint: what was fetched before that is fetched again.
    const cursor = membership.cursorOf(partition);
    if (cursor === null || abandoned()) return;
    const { commits } = membership;
    const resolve = (offset: string) => {
      payload.resolveOffset(offset);
      commits.note(partition, nextAfter(offset));
    };
    const records = readRecords(partition, messages);
    const taker = { ...this.#options, on: this.#told() };
    // Not the consumer's own `commitOffsets`: that tries again by itself, also in a later stay.
    commits.through((partitions) => payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] }));
    try {
      const ahead = await takeBatch({ partition, records, heartbeat, resolve, abandoned }, cursor, taker);
      if (ahead !== null) this.#rest(partition, ahead);
    } finally {
      if (this.#left.signal.aborted) await commits.flush();
    }
  }

  /** What is told, and what it says about waiting. */
  #told(): BatchTaker['on'] {
    const { on } = this.#options;
    return {
      ...on,
      applied: (partition, run) => {
        this.#waiting.delete(partition);
        on.alive();
        on.applied(partition, run);
      },
      waiting: (partition, error, attempt) => {
        this.#waiting.set(partition, messageOf(error));
        on.alive();
        on.waiting(partition, error, attempt);
      },
    };
  }

  /** Only this partition waits: clients on the others go on. */
  #rest(partition: number, ahead: UnknownAhead): void {
    const topicPartitions = [{ topic: this.#options.topic, partitions: [partition] }];
    this.#consumer.pause(topicPartitions);
    const timer = setTimeout(() => {
      this.#resting.delete(partition);
      this.#consumer.resume(topicPartitions);
    }, UNKNOWN_EVENT_REST_MS);
    this.#resting.set(partition, { reason: `position ${ahead.position}: ${ahead.reason}`, timer });
    this.#options.on.unknownEvent(partition, ahead);
  }

  /** Ends every rest. */
  #wake(resume: boolean): void {
    const { topic } = this.#options;
    for (const [partition, { timer }] of this.#resting) {
      clearTimeout(timer);
      if (resume) this.#consumer.resume([{ topic, partitions: [partition] }]);
    }
    this.#resting.clear();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
