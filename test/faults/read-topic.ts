import { randomUUID } from 'node:crypto';
import kafkajs, { type KafkaMessage } from 'kafkajs';

/** One record as it came, and where from. */
export type Received = { partition: number; message: KafkaMessage };

const READ_WITHIN_MS = 60_000;

/** Everything that is committed on a topic now, each partition in order; the test's own eyes, not the service's. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<Received[]> {
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 },
  });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const left = new Map(
    ends.flatMap(({ partition, low, high }) => (low === high ? [] : [[partition, Number(high)] as const])),
  );
  const received: Received[] = [];
  if (left.size === 0) return received;
  const groupId = `test-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => done.reject(new Error(`${topic} was not read within ${READ_WITHIN_MS} ms`)),
    READ_WITHIN_MS,
  );
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    // The end of a transaction takes an offset, and is no message: only this event tells of it.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      if (Number(lastOffset) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
      if (left.size === 0) done.resolve();
    });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      async eachBatch({ batch }) {
        for (const message of batch.messages) received.push({ partition: batch.partition, message });
      },
    });
    await done.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return received;
}

/** Its octets: key, value and every header. */
export function octetsOf({ message }: Received): Buffer {
  const headers = Object.values(message.headers ?? {}).flat();
  return Buffer.concat([message.key, message.value, ...headers].map((part) => Buffer.from(part ?? '')));
}
