import type { Kafka } from 'kafkajs';
import { backoffMs, pause } from './consume/backoff.js';

/** Processes leave the group of a dropped generation within seconds. */
const ATTEMPTS = 15;

/**
 * Deletes what a consumer group has committed, once its last member has left. A group that is gone already is fine.
 * Rejects when it can't be done: then Kafka forgets the group by itself, after days.
 */
export async function deleteGroup(kafka: Kafka, groupId: string, signal: AbortSignal): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await admin.deleteGroups([groupId]);
        return;
      } catch (error) {
        const type = typeOf(error);
        if (type === 'GROUP_ID_NOT_FOUND') return;
        if (type !== 'NON_EMPTY_GROUP' || attempt === ATTEMPTS) throw error;
      }
      await pause(backoffMs(attempt), signal);
    }
  } finally {
    await admin.disconnect();
  }
}

/** What Kafka said about the one group that was named. */
function typeOf(error: unknown): string | undefined {
  const [about] = (error as { groups?: { error?: { type?: string } }[] }).groups ?? [];
  return about?.error?.type;
}
