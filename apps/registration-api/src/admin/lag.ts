import type { EventLogReader } from '@rollbook/event-log';

/** How far a read model is behind the log. */
export type Lag = { position: number; head: number; lagSeconds: number };

/**
 * @param position what the read model holds
 * @param now of the clock
 * @returns `lagSeconds`: age of the oldest event that the model does not hold yet, 0 when it holds everything. Not the
 *   age of its newest one: after a quiet night that would be hours, with nothing waiting
 */
export async function lagOf(log: EventLogReader, position: number, now: Date): Promise<Lag> {
  const head = await log.head();
  const [oldest] = position < head ? await log.readAll({ after: position, limit: 1 }) : [];
  if (oldest === undefined) return { position, head: Math.max(head, position), lagSeconds: 0 };
  const { recordedAt } = JSON.parse(oldest.text) as { recordedAt: string };
  // A clock that was set back must not give a negative age.
  const lagSeconds = Math.max(0, (now.getTime() - Date.parse(recordedAt)) / 1000);
  return { position, head, lagSeconds };
}
