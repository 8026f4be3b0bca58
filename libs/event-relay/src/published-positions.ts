import type { EventRecord } from './event-record.js';

/** How far a publisher is. */
export type PublishedPositions = {
  /** Everything up to here is on Kafka. */
  position: number;
  /** Per partition, the position of its last event up to there; 0 = none. Empty while nothing was ever published. */
  partitions: readonly number[];
};

/** The positions after these records, which follow `from` without a gap. */
export function positionsAfter(
  from: PublishedPositions,
  records: readonly EventRecord[],
): PublishedPositions {
  const partitions = [...from.partitions];
  let { position } = from;
  for (const record of records) {
    partitions[record.partition] = record.position;
    position = record.position;
  }
  return { position, partitions };
}

/** Nothing published yet, on that many partitions. */
export function nothingPublished(partitions: number): PublishedPositions {
  return { position: 0, partitions: Array.from({ length: partitions }, () => 0) };
}

/** What a publisher stores, to resume from. */
export type Checkpoint = PublishedPositions & {
  /** By partition, the offset of its newest record that is known; null = none. */
  offsets: readonly (number | null)[];
};

/** Where a publisher keeps its {@link Checkpoint}. */
export interface CheckpointStore {
  read(): Promise<Checkpoint>;
  /**
   * Stores the greater of what is stored and this, member by member and at once. The last position of a partition
   * never falls while the position grows, so the greatest members belong together whoever wrote them.
   */
  advance(checkpoint: Checkpoint): Promise<void>;
  /** Stores this, also where it is less: Kafka lost what was published. */
  replace(checkpoint: Checkpoint): Promise<void>;
}
