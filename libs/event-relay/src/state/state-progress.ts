import { CheckpointWriter } from '../checkpoint-writer.js';
import { lowWaterMark } from '../low-water.js';
import type { CheckpointStore, PublishedPositions } from '../published-positions.js';
import type { Figures } from '../publisher-loop.js';
import type { PartitionProgress } from './state-batches.js';

/** How often the figures are brought up to date, at most. */
export const LOOK_EVERY_MS = 200;

export type StateProgressOptions = {
  /** By partition: what the topic of clients says. */
  from: readonly PartitionProgress[];
  store: CheckpointStore;
  /** How far the event publishers are. */
  published: () => Promise<PublishedPositions>;
  figures: Figures;
  /** A checkpoint could not be stored. */
  notStored: (error: unknown) => void;
};

/**
 * How far the states of each partition are, as far as transactions were committed. What is stored of it only tells
 * others; what counts is on the topic of clients itself.
 */
export class StateProgress {
  readonly #partitions: PartitionProgress[];
  readonly #options: StateProgressOptions;
  readonly #writer: CheckpointWriter;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: StateProgressOptions) {
    this.#partitions = [...options.from];
    this.#options = options;
    this.#writer = new CheckpointWriter(options.store, options.notStored);
  }

  /** @throws Error when the topic of clients has no such partition */
  of(partition: number): PartitionProgress {
    const progress = this.#partitions[partition];
    if (progress === undefined)
      throw new Error(`the topic of events has a partition ${partition}, that of clients not`);
    return progress;
  }

  /** These are on Kafka, each behind what was of its partition before. */
  advance(batches: readonly { partition: number; progress: PartitionProgress }[]): void {
    for (const { partition, progress } of batches) this.#partitions[partition] = progress;
  }

  /** Brings the figures and what is stored up to date, now and then. */
  async tell(): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = performance.now();
    const { published, figures } = this.#options;
    const head = await published();
    const reached = new Map(this.#partitions.map(({ position }, partition) => [partition, position]));
    const position = lowWaterMark(head, reached);
    if (position === figures.position && head.position === figures.head) return;
    figures.seen({ position, head: head.position });
    this.#writer.note({
      position,
      partitions: this.#partitions.map((one) => one.position),
      offsets: this.#partitions.map(({ offset }) => (offset < 0 ? null : offset)),
    });
  }

  /** Resolves when what was told is stored, or could not be. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }
}
