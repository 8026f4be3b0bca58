import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, Producer } from 'kafkajs';
import { type EventSender, SendUnclear, type SentPartition } from '../event-sender.js';

/** Every replica in sync has it. */
const ALL_IN_SYNC = -1;
/** How long the leader may wait for its followers; below the client's own bound, so that it can still say why. */
const FOLLOWERS_TIMEOUT_MS = 8_000;
/** From outside, should kafkajs never come back. */
export const SEND_TIMEOUT_MS = 12_000;
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * A plain producer for one topic.
 *
 * Not idempotent: Kafka would then drop a repeat of this producer's own retries, and there are none. kafkajs retries
 * nothing here, because a retry of its own after a leader change can leave partitions out and resolve all the same; a
 * send that failed ends the sender, and a new producer would have a new identity to Kafka in any case.
 */
export async function openKafkaSender(
  kafka: Kafka,
  topic: string,
  { sendTimeoutMs = SEND_TIMEOUT_MS }: { sendTimeoutMs?: number } = {},
): Promise<EventSender> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    maxInFlightRequests: 1,
    retry: { retries: 0 },
  });
  try {
    await producer.connect();
  } catch (error) {
    await closeSoon(producer);
    throw error;
  }
  return {
    async send(records) {
      const messages = records.map(({ key, value, headers, partition }) => ({
        key,
        value,
        headers,
        partition,
      }));
      const sending = producer.send({ topic, acks: ALL_IN_SYNC, timeout: FOLLOWERS_TIMEOUT_MS, messages });
      const answer = await within(sending, sendTimeoutMs);
      return answer
        .filter(({ topicName }) => topicName === topic)
        .map(({ partition, errorCode, baseOffset }) => ({
          partition,
          errorCode,
          baseOffset: baseOffset ?? null,
        })) satisfies SentPartition[];
    },
    close: () => closeSoon(producer),
  };
}

/**
 * Closes a producer, also one whose connecting failed: some of its connections can be open all the same, and stay. kafkajs
 * waits for what is under way; what does not come back is left to its own bounds.
 */
export async function closeSoon(producer: Pick<Producer, 'disconnect'>): Promise<void> {
  await Promise.race([producer.disconnect(), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
}

/** What the work gives, or SendUnclear when it has not come back after so long. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SendUnclear(`Kafka did not answer a send within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, bound]);
  } finally {
    clearTimeout(timer);
  }
}
