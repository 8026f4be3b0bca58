import type { Kafka } from 'kafkajs';
import { consumerOf, stateRecord } from './topics.js';
import { applyState, emptyView, type View } from './view.js';

// #region bootstrap
/**
 * Reads the topic of clients from its beginning to where it ends now. The view is a new one: a client that is not there
 * is gone.
 */
export async function bootstrap(kafka: Kafka, topic: string, signal: AbortSignal): Promise<View> {
  const view = emptyView();
  const reached = new Map<number, number>();
  const left = await endsOf(kafka, topic);
  if (left.size === 0) return view;
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const consumer = await consumerOf(kafka, topic, (partition) => reached.get(partition) ?? 0);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  // Told also of what is no record of ours: a transaction ends with one, and it is the last of the topic.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
    reached.set(partition, Number(lastOffset) + 1);
    if (Number(lastOffset) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
    if (left.size === 0) resolve();
  });
  try {
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        try {
          for (const message of batch.messages) applyState(view, stateRecord(batch.partition, message));
        } catch (error) {
          reject(error);
        }
      },
    });
    await done;
    return view;
  } finally {
    await consumer.disconnect();
  }
}
// #endregion bootstrap

/** The end of each partition that has something. */
async function endsOf(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.flatMap(({ partition, low, high }) => (low === high ? [] : [[partition, Number(high)]])),
    );
  } finally {
    await admin.disconnect();
  }
}
