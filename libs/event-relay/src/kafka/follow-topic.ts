import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerConfig, EachBatchPayload, KafkaMessage } from 'kafkajs';

/** Records of one partition, in order, as they came. */
export type Arrived = {
  partition: number;
  messages: readonly KafkaMessage[];
  /** How many more the partition had behind them when they were read. */
  left: number;
};

/** Follows a topic, one batch of each partition at a time: the next ones are asked for when they are wanted. */
export interface FollowedTopic {
  /**
   * What lies there by now, of every partition that has something, each named once; if nothing does, what comes first.
   * Empty when nothing came within `withinMs`, or until the signal. What was handed out before counts as dealt with.
   *
   * @throws what ended the following; it does not go on
   */
  next(withinMs: number, signal: AbortSignal): Promise<readonly Arrived[]>;
  close(): Promise<void>;
}

const MAX_WAIT_MS = 100;
const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 3_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** What is used of a consumer of kafkajs. */
export type FollowingConsumer = Pick<
  Consumer,
  'connect' | 'subscribe' | 'run' | 'seek' | 'disconnect' | 'on' | 'events'
>;

/**
 * Follows every partition of a topic from given offsets. kafkajs reads in groups only, so this is a group of one with a
 * name of its own, which stores no offsets and leaves nothing behind. A topic that was made anew and ends before a
 * wanted offset is read from its beginning, and a batch can come a second time when the group was joined again: who
 * takes the records drops what is not newer.
 *
 * @param from by partition, the offset of the first record wanted
 */
export async function followTopic(
  kafka: { consumer(config: ConsumerConfig): FollowingConsumer },
  topic: string,
  from: readonly number[],
): Promise<FollowedTopic> {
  const consumer = kafka.consumer({
    groupId: `${topic}.follower.${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: MAX_WAIT_MS,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    retry: { restartOnFailure: async () => false },
  });
  const desk = new Desk(consumer, from);
  // Also when the group is joined again: without stored offsets that would begin with the topic.
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) {
      consumer.seek({ topic, partition, offset: String(desk.nextOffset(partition)) });
    }
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      // What one fetch brought lies there all at once.
      partitionsConsumedConcurrently: Math.max(1, from.length),
      eachBatch: (payload) => desk.bring(payload),
    });
  } catch (error) {
    await desk.close();
    throw error;
  }
  return desk;
}

/** Who deals with two batches of a partition at once could take their records for newer than they are. */
class BroughtAgain extends Error {
  constructor(partition: number) {
    super(`partition ${partition} was brought again before it was dealt with`);
    this.name = 'BroughtAgain';
  }
}

/**
 * Where the consumer lays down a batch of each partition and waits until it was dealt with. Of one partition there is one
 * at a time: kafkajs fetches a partition again when what it brought of it was dealt with. Should it ever not, after a
 * division of the group for example, the following ends.
 */
class Desk implements FollowedTopic {
  readonly #consumer: FollowingConsumer;
  readonly #next: number[];
  /** Partitions with a batch that is not dealt with. */
  readonly #present = new Set<number>();
  #lying: { arrived: Arrived; done: () => void }[] = [];
  #handedOut: (() => void)[] = [];
  #failure: { error: unknown } | null = null;
  #changed = Promise.withResolvers<void>();
  #closed = false;

  constructor(consumer: FollowingConsumer, from: readonly number[]) {
    this.#consumer = consumer;
    this.#next = [...from];
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#failure ??= { error: payload.error };
      this.#change();
    });
  }

  nextOffset(partition: number): number {
    return this.#next[partition] ?? 0;
  }

  async bring(payload: EachBatchPayload): Promise<void> {
    const { partition, messages } = payload.batch;
    if (messages.length === 0 || this.#closed) return;
    if (this.#present.has(partition)) {
      this.#failure ??= { error: new BroughtAgain(partition) };
      return this.#change();
    }
    this.#present.add(partition);
    const { promise: dealtWith, resolve: done } = Promise.withResolvers<void>();
    const beat = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => {
        this.#failure ??= { error };
        this.#change();
      });
    }, HEARTBEAT_MS);
    try {
      this.#lying.push({ arrived: { partition, messages, left: Number(payload.batch.offsetLag()) }, done });
      this.#change();
      await dealtWith;
      this.#next[partition] = Number(payload.batch.lastOffset()) + 1;
    } finally {
      clearInterval(beat);
      this.#present.delete(partition);
    }
  }

  async next(withinMs: number, signal: AbortSignal): Promise<readonly Arrived[]> {
    for (const done of this.#handedOut.splice(0)) done();
    const deadline = performance.now() + withinMs;
    for (;;) {
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#lying.length > 0) {
        const lying = this.#lying.splice(0);
        this.#handedOut = lying.map(({ done }) => done);
        return lying.map(({ arrived }) => arrived);
      }
      const left = deadline - performance.now();
      if (left <= 0 || signal.aborted) return [];
      await this.#changeWithin(left, signal);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const done of this.#handedOut) done();
    for (const { done } of this.#lying) done();
    await Promise.race([this.#consumer.disconnect(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }

  async #changeWithin(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = (): void => over.abort();
    signal.addEventListener('abort', end, { once: true });
    const rest = sleep(ms, undefined, { signal: over.signal }).catch((error: unknown) => {
      if (!over.signal.aborted) throw error;
    });
    await Promise.race([this.#changed.promise, rest]);
    signal.removeEventListener('abort', end);
    over.abort();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
