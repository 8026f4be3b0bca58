import { randomUUID } from 'node:crypto';
import type { Consumer, Kafka, KafkaMessage } from 'kafkajs';
import type { EventRecord, StateRecord } from './view.js';

/** The topics under a prefix. */
export const topicsUnder = (prefix: string) => ({
  clients: `${prefix}.clients.v1`,
  events: `${prefix}.events.v1`,
});

/** A record of the topic of clients, from its key, value and headers. */
export const stateRecord = (partition: number, message: KafkaMessage): StateRecord => ({
  partition,
  key: String(message.key),
  value: message.value === null ? null : message.value.toString(),
  eventsOffset: numberIn(message, 'eventsoffset'),
  position: numberIn(message, 'position'),
});

/** A record of the topic of events, likewise. */
export const eventRecord = (partition: number, message: KafkaMessage): EventRecord => ({
  partition,
  offset: Number(message.offset),
  key: String(message.key),
  value: String(message.value),
  position: numberIn(message, 'ce_position'),
  previousPosition: numberIn(message, 'ce_prevposition'),
  streamVersion: numberIn(message, 'ce_streamversion'),
});

function numberIn({ headers, offset }: KafkaMessage, name: string): number {
  const number = Number(headers?.[name]?.toString() || Number.NaN);
  if (!Number.isSafeInteger(number)) throw new Error(`the record at offset ${offset} has no header ${name}`);
  return number;
}

// #region consumer
/**
 * A consumer of every partition, which keeps its offsets itself. kafkajs reads in groups only, so it is a group of one
 * whose name nobody else has: a predecessor that was killed holds no partition back, and group offsets, which expire,
 * are not used. Wherever the group is joined (again, after a pause), reading begins at `nextOffset`.
 */
export async function consumerOf(
  kafka: Kafka,
  topic: string,
  nextOffset: (partition: number) => number,
): Promise<Consumer> {
  const consumer = kafka.consumer({
    groupId: `${topic}.example.${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 250,
    readUncommitted: false, // the topic of clients is written in transactions
    retry: { restartOnFailure: async () => false },
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) {
      consumer.seek({ topic, partition, offset: String(nextOffset(partition)) });
    }
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  return consumer;
}
// #endregion consumer
