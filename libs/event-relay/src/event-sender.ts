import type { EventRecord } from './event-record.js';

/** What the answer to a send says about one partition. */
export type SentPartition = { partition: number; errorCode: number; baseOffset: string | null };

/**
 * Sends records to one topic: the port behind which the Kafka client sits. One send at a time. After a send that
 * failed, or was given up, the sender is closed and not used again: what it may still have under way can only repeat.
 */
export interface EventSender {
  /** Resolves with what the brokers answered, whatever that names; rejects when there was no whole answer. */
  send(records: readonly EventRecord[]): Promise<readonly SentPartition[]>;
  close(): Promise<void>;
}

/** The answer to a send does not say that all of it is on Kafka. */
export class SendUnclear extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SendUnclear';
  }
}

/**
 * A send counts only if its answer names every partition that it carried, with error 0: after a leader change a client
 * can resolve a send without having sent some partitions.
 *
 * @returns the offsets of the first and the last record, per partition that was sent; none where the brokers named none
 * @throws SendUnclear otherwise
 */
export function acceptAnswer(
  records: readonly EventRecord[],
  answer: readonly SentPartition[],
): Map<number, { first: number; last: number }> {
  const sent = new Map<number, number>();
  for (const { partition } of records) sent.set(partition, (sent.get(partition) ?? 0) + 1);
  const refused = answer.filter(({ errorCode }) => errorCode !== 0);
  if (refused.length > 0) {
    const named = refused.map(({ partition, errorCode }) => `partition ${partition} (error ${errorCode})`);
    throw new SendUnclear(`Kafka refused ${named.join(', ')}`);
  }
  const answered = new Map(answer.map((one) => [one.partition, one]));
  const missing = [...sent.keys()].filter((partition) => !answered.has(partition));
  if (missing.length > 0) {
    const named = missing.sort((a, b) => a - b).join(', ');
    throw new SendUnclear(`Kafka's answer does not name every partition that was sent: ${named} missing`);
  }
  const landed = new Map<number, { first: number; last: number }>();
  for (const [partition, count] of sent) {
    const base = answered.get(partition)?.baseOffset ?? null;
    if (base !== null) landed.set(partition, { first: Number(base), last: Number(base) + count - 1 });
  }
  return landed;
}
