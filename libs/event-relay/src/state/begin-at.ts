import type { PartitionProgress } from './state-batches.js';

/**
 * From where the topic of events is followed, by partition: from where the states are, unless Kafka lost what was there
 * (the topic was made anew, or its end is gone). Then from its beginning: what was taken in is passed over by its position.
 *
 * @param progress of the states
 * @param ranges of the topic of events, as they are now
 */
export function beginAt(
  progress: readonly PartitionProgress[],
  ranges: readonly { end: number }[],
): PartitionProgress[] {
  return progress.map((one, partition) =>
    one.offset < (ranges[partition]?.end ?? 0) ? one : { position: one.position, offset: -1 },
  );
}
