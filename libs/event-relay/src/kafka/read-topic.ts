import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Consumer, type Kafka, type KafkaMessage } from 'kafkajs';
import { KafkaUnavailable } from '../connection.js';

// Not named where Node looks for the names of a CommonJS module.
const { KafkaJSError } = kafkajs;

/** Offsets of one partition to read: from the first to the one before `end`. */
export type OffsetRange = { from: number; end: number };
/** Takes records in order; `pause` stops their partition until the function that it gives is called. */
export type TakeRecords = (
  partition: number,
  messages: readonly KafkaMessage[],
  pause: () => () => void,
) => Promise<void> | void;

const MAX_WAIT_MS = 100;
const SESSION_TIMEOUT_MS = 30_000;
/** No record for so long, although there must be some, is an outage. */
const IDLE_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 2_000;
const TRIES = 40;
const RETRY_AFTER_MS = 250;

/** First and next offset of each partition; empty if there is no such topic. */
export async function partitionRanges(kafka: Kafka, topic: string): Promise<OffsetRange[]> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    if (!(await admin.listTopics()).includes(topic)) return [];
    const offsets = await admin.fetchTopicOffsets(topic);
    const ranges: OffsetRange[] = [];
    for (const { partition, low, high } of offsets)
      ranges[partition] = { from: Number(low), end: Number(high) };
    return ranges;
  } finally {
    await admin.disconnect();
  }
}

/**
 * Reads ranges of a topic once, from its beginning to its end. kafkajs reads in groups only, so this is a group of one
 * with a name of its own, which stores no offsets and leaves nothing behind.
 *
 * @param ranges by partition; `null`, or an empty range, reads nothing of it
 * @param signal ends the reading, which rejects with its reason
 * @throws KafkaUnavailable when records do not come; whatever `take` throws
 */
export async function readRanges(
  kafka: Kafka,
  topic: string,
  ranges: readonly (OffsetRange | null)[],
  take: TakeRecords,
  signal?: AbortSignal,
): Promise<void> {
  const left = new Map<number, OffsetRange>();
  ranges.forEach((range, partition) => {
    if (range !== null && range.from < range.end) left.set(partition, { ...range });
  });
  if (left.size === 0) return;
  signal?.throwIfAborted();
  let taken = false;
  const takeOnce: TakeRecords = (...records) => {
    taken = true;
    return take(...records);
  };
  for (let tries = 1; ; tries++) {
    try {
      return await readWithGroup(kafka, topic, left, takeOnce, signal);
    } catch (error) {
      // A broker that has just started still loads what it knows of groups, or makes the place where it keeps them.
      const passes = error instanceof KafkaJSError && error.retriable;
      if (taken || !passes || tries === TRIES || signal?.aborted) throw error;
    }
    await sleep(RETRY_AFTER_MS);
  }
}

async function readWithGroup(
  kafka: Kafka,
  topic: string,
  left: Map<number, OffsetRange>,
  take: TakeRecords,
  signal: AbortSignal | undefined,
): Promise<void> {
  const consumer = kafka.consumer({
    groupId: `${topic}.reader.${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: MAX_WAIT_MS,
    sessionTimeout: SESSION_TIMEOUT_MS,
    retry: { restartOnFailure: async () => false },
  });
  const running = Promise.withResolvers<void>();
  let started = false;
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    started = true;
    await run(consumer, topic, left, take, { signal, running: running.resolve });
  } finally {
    // One that still joins its group does not hear that it is to stop, and would read on for ever.
    const stopped = (started ? running.promise : Promise.resolve()).then(() => consumer.disconnect());
    await Promise.race([stopped, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }
}

function run(
  consumer: Consumer,
  topic: string,
  left: Map<number, OffsetRange>,
  take: TakeRecords,
  /** `running`: told when the consumer has joined its group, or could not. */
  { signal, running }: { signal: AbortSignal | undefined; running: () => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let idle: NodeJS.Timeout | undefined;
    let paused = 0;
    const counted = (pause: () => () => void) => () => {
      const resume = pause();
      paused += 1;
      return () => {
        paused -= 1;
        resume();
      };
    };
    const end = (settle: () => void): void => {
      clearTimeout(idle);
      settle();
    };
    const alive = (): void => {
      clearTimeout(idle);
      idle = setTimeout(() => {
        if (paused > 0) return alive(); // it is `take` that is slow
        end(() => reject(new KafkaUnavailable(`no record of ${topic} came for ${IDLE_TIMEOUT_MS} ms`)));
      }, IDLE_TIMEOUT_MS);
    };
    alive();
    const readTo = (partition: number, next: number): void => {
      const range = left.get(partition);
      if (range === undefined) return;
      range.from = Math.max(range.from, next);
      if (range.from >= range.end) left.delete(partition);
      if (left.size === 0) end(resolve);
      else alive();
    };
    signal?.addEventListener('abort', () => end(() => reject(signal.reason)), { once: true });
    consumer.on(consumer.events.CRASH, ({ payload }) => end(() => reject(payload.error)));
    const eachBatch: Parameters<Consumer['run']>[0] = {
      autoCommit: false,
      async eachBatch(payload) {
        const { batch } = payload;
        const range = left.get(batch.partition);
        if (range === undefined) return;
        const wanted = batch.messages.filter(
          ({ offset }) => Number(offset) >= range.from && Number(offset) < range.end,
        );
        const next = Number(batch.lastOffset()) + 1;
        try {
          if (wanted.length > 0)
            await take(
              batch.partition,
              wanted,
              counted(() => payload.pause()),
            );
        } catch (error) {
          return end(() => reject(error));
        }
        readTo(batch.partition, next);
      },
    };
    // Told also of batches in which there was nothing for us: ends of transactions, and records of those given up.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.topic === topic) readTo(payload.partition, Number(payload.lastOffset) + 1);
    });
    consumer
      .run(eachBatch)
      .then(() => {
        for (const [partition, { from }] of left) consumer.seek({ topic, partition, offset: String(from) });
      })
      .catch((error: unknown) => end(() => reject(error)))
      .finally(running);
  });
}
