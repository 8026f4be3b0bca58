import type { PublishedPositions } from '@rollbook/event-relay';

/**
 * Position up to which a model has everything (design §8): the lowest of what its partitions say. A partition whose
 * checkpoint has reached its last published event lacks nothing that was published; one that has not has everything up
 * to its checkpoint.
 *
 * @param published read BEFORE the checkpoints, or events published in between would count as taken in
 * @param checkpoints position per partition
 */
export function lowWaterMark(
  published: PublishedPositions,
  checkpoints: ReadonlyMap<number, number>,
): number {
  return published.partitions.reduce((lowest, last, partition) => {
    const reached = checkpoints.get(partition) ?? 0;
    return reached >= last ? lowest : Math.min(lowest, reached);
  }, published.position);
}
