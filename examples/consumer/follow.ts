import type { Kafka } from 'kafkajs';
import { consumerOf, eventRecord } from './topics.js';
import { applyEvent, type View } from './view.js';

// #region follow
/**
 * Follows the topic of events from the view's places on, and keeps the view up to date.
 *
 * @param taken told after each batch
 * @returns never; rejects with Gap, UnknownVersion, what Kafka says, or the signal's reason
 */
export async function follow(
  kafka: Kafka,
  topic: string,
  view: View,
  taken: (batch: { applied: number; repeats: number }) => void,
  signal: AbortSignal,
): Promise<never> {
  const consumer = await consumerOf(kafka, topic, (partition) => view.places.get(partition)?.offset ?? 0);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  let going = true;
  try {
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        if (!going) return;
        let applied = 0;
        try {
          for (const message of batch.messages) {
            if (applyEvent(view, eventRecord(batch.partition, message))) applied += 1;
          }
          taken({ applied, repeats: batch.messages.length - applied });
        } catch (error) {
          going = false;
          reject(error);
        }
      },
    });
    return await ended;
  } finally {
    going = false;
    await consumer.disconnect();
  }
}
// #endregion follow
