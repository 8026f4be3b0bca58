import type { PublishedPositions } from './published-positions.js';

/**
 * Position up to which whoever takes in the topic of events has everything (design §8): the lowest of what its
 * partitions say. A partition of which the last published event was reached lacks nothing that was published; one that
 * is not there yet has everything up to what it reached.
 *
 * @param published read BEFORE `reached`, or events published in between would count as taken in
 * @param reached position by partition
 */
export function lowWaterMark(published: PublishedPositions, reached: ReadonlyMap<number, number>): number {
  return published.partitions.reduce((lowest, last, partition) => {
    const position = reached.get(partition) ?? 0;
    return position >= last ? lowest : Math.min(lowest, position);
  }, published.position);
}
