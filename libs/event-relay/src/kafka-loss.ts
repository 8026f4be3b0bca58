import type { EventLogReader } from '@rollbook/event-log';
import { partitionOf } from './partition.js';
import type { Checkpoint } from './published-positions.js';
import { positionsAt } from './resume.js';

/** Kafka put records where it had acknowledged others: those are gone. The next session publishes them again. */
export class KafkaLost extends Error {
  constructor(losses: readonly PartitionLoss[]) {
    const named = losses.map(({ partition, records }) => `${records} of partition ${partition}`);
    super(`Kafka lost records that it had acknowledged: ${named.join(', ')}; they are published again`);
    this.name = 'KafkaLost';
  }
}

/** How many of the last known records of a partition are gone. */
export type PartitionLoss = { partition: number; records: number };

/**
 * Partitions on which a send landed at or below a record that was known: a broker came back without its newest records
 * while nothing was sent. Once more is sent, the ends of the partitions no longer show it.
 *
 * @param at before the send
 * @param landed where the send landed, by partition
 */
export function lossesUnder(
  at: Pick<Checkpoint, 'offsets'>,
  landed: ReadonlyMap<number, { first: number }>,
): PartitionLoss[] {
  return [...landed].flatMap(([partition, { first }]) => {
    const records = (at.offsets[partition] ?? -1) - first + 1;
    return records > 0 ? [{ partition, records }] : [];
  });
}

const LOOK_BACK_EVENTS = 500;

/**
 * The checkpoint to publish again from. Each record carries a partition one event further at most (repeats, not at all),
 * so with its last n records gone it still has what comes before its last n events; Kafka need not be read for that.
 *
 * @param at before the send that showed the loss
 * @param offsets of the newest records, after that send
 */
export async function checkpointAfterLoss(
  log: Pick<EventLogReader, 'readAll'>,
  at: Checkpoint,
  losses: readonly PartitionLoss[],
  offsets: Checkpoint['offsets'],
): Promise<Checkpoint> {
  const partitions = at.partitions.length;
  const left = new Map(losses.map(({ partition, records }) => [partition, records]));
  let position = at.position;
  for (let before = at.position; before > 0 && left.size > 0;) {
    const after = Math.max(0, before - LOOK_BACK_EVENTS);
    const page = await log.readAll({ after, limit: before - after });
    for (const event of page.toReversed()) {
      const partition = partitionOf(event.streamId, partitions);
      const records = left.get(partition);
      if (records === undefined) continue;
      position = Math.min(position, event.position - 1);
      if (records === 1) left.delete(partition);
      else left.set(partition, records - 1);
    }
    before = after;
  }
  return { ...(await positionsAt(log, position, partitions)), offsets };
}
