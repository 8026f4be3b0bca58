import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

/** Records of one partition, in order, as they came. */
export type Arrived = { partition: number; messages: readonly KafkaMessage[] };

/** Follows a topic, one batch at a time: the next one is asked for when it is wanted. */
export interface FollowedTopic {
  /**
   * What comes next; null when nothing came within `withinMs`, or until the signal. What was handed out before counts
   * as dealt with.
   *
   * @throws what ended the following; it does not go on
   */
  next(withinMs: number, signal: AbortSignal): Promise<Arrived | null>;
  close(): Promise<void>;
}

const MAX_WAIT_MS = 100;
const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 3_000;
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Follows every partition of a topic from given offsets. kafkajs reads in groups only, so this is a group of one with a
 * name of its own, which stores no offsets and leaves nothing behind. A topic that was made anew and ends before a
 * wanted offset is read from its beginning, and a batch can come a second time when the group was joined again: who
 * takes the records drops what is not newer.
 *
 * @param from by partition, the offset of the first record wanted
 */
export async function followTopic(
  kafka: Kafka,
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
    await consumer.run({ autoCommit: false, eachBatch: (payload) => desk.bring(payload) });
  } catch (error) {
    await desk.close();
    throw error;
  }
  return desk;
}

/** Where the consumer lays down a batch and waits until it was dealt with. */
class Desk implements FollowedTopic {
  readonly #consumer: Consumer;
  readonly #next: number[];
  #lying: { arrived: Arrived; done: () => void } | null = null;
  #handedOut: (() => void) | null = null;
  #failure: { error: unknown } | null = null;
  #changed = Promise.withResolvers<void>();
  #closed = false;

  constructor(consumer: Consumer, from: readonly number[]) {
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
    const { promise: dealtWith, resolve: done } = Promise.withResolvers<void>();
    const beat = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => {
        this.#failure ??= { error };
        this.#change();
      });
    }, HEARTBEAT_MS);
    try {
      this.#lying = { arrived: { partition, messages }, done };
      this.#change();
      await dealtWith;
      this.#next[partition] = Number(payload.batch.lastOffset()) + 1;
    } finally {
      clearInterval(beat);
    }
  }

  async next(withinMs: number, signal: AbortSignal): Promise<Arrived | null> {
    this.#handedOut?.();
    this.#handedOut = null;
    const deadline = performance.now() + withinMs;
    for (;;) {
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#lying !== null) {
        const { arrived, done } = this.#lying;
        this.#lying = null;
        this.#handedOut = done;
        return arrived;
      }
      const left = deadline - performance.now();
      if (left <= 0 || signal.aborted) return null;
      await this.#changeWithin(left, signal);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#handedOut?.();
    this.#lying?.done();
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
