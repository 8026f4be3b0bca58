import type { MongodbProjection } from '@rollbook/read-models';
import { backoffMs, pause } from './backoff.js';
import { OffsetCommits } from './offset-commits.js';
import type { Cursor } from './take-batch.js';

export type MembershipOptions = {
  partitions: readonly number[];
  projection: Pick<MongodbProjection, 'checkpoints'>;
  /** Makes the next fetch of a partition begin at an offset. */
  seek: (partition: number, offset: string) => void;
  /** Told of each failed attempt to read the checkpoints; they are read until it works. */
  onFailure: (error: unknown, attempt: number) => void;
  /** Told when offsets can't be committed. */
  onUncommitted: (error: unknown, attempt: number) => void;
  /** Told once, when the model turns out to be in an earlier state than it was: the stay makes no sense any more. */
  onBehind: (error: Error) => void;
  /** Between two looks at that, in milliseconds. */
  lookEveryMs?: number;
};

/** A partition without new events would not notice by itself that the database was put back to an earlier state. */
const LOOK_EVERY_MS = 5000;

/**
 * One stay in the consumer group: the partitions that are ours until the group is divided anew. It begins by pointing
 * each of them at the model's own checkpoint: what the group has committed is for people to see, and expires. So the
 * checkpoints are the first that is committed: a predecessor may have come to nothing before it said how far it was.
 */
export class Membership {
  readonly partitions: readonly number[];
  readonly commits: OffsetCommits;
  readonly #cursors = new Map<number, Cursor>();
  readonly #ended = new AbortController();
  #pointed = false;
  /** Resolves once every partition points at its checkpoint, or the stay is over. */
  readonly aligned: Promise<void>;

  constructor(options: MembershipOptions) {
    this.partitions = options.partitions;
    this.commits = new OffsetCommits(options.onUncommitted);
    this.aligned = this.#align(options);
    void this.aligned.then(() => this.#watch(options));
  }

  /** Whether every partition points at its checkpoint. */
  get pointed(): boolean {
    return this.#pointed;
  }

  get over(): boolean {
    return this.#ended.signal.aborted;
  }

  /** How far a partition is; null while that is not known, or when the partition is not ours. */
  cursorOf(partition: number): Cursor | null {
    return this.#cursors.get(partition) ?? null;
  }

  end(): void {
    this.#ended.abort();
    this.commits.end();
  }

  async #align({ partitions, projection, seek, onFailure }: MembershipOptions): Promise<void> {
    for (let failures = 1; !this.over; failures += 1) {
      try {
        const checkpoints = await projection.checkpoints();
        if (this.over) return;
        for (const partition of partitions) {
          const at = checkpoints.find((one) => one.partition === partition);
          const next = at?.offset == null ? null : nextAfter(at.offset);
          seek(partition, next ?? '0');
          if (next !== null) this.commits.note(partition, next);
          this.#cursors.set(partition, { position: at?.position ?? 0 });
        }
        this.#pointed = true;
        return;
      } catch (error) {
        if (this.over) return;
        onFailure(error, failures);
        await pause(backoffMs(failures), this.#ended.signal);
      }
    }
  }

  async #watch({ projection, onBehind, lookEveryMs = LOOK_EVERY_MS }: MembershipOptions): Promise<void> {
    for (;;) {
      await pause(lookEveryMs, this.#ended.signal);
      if (this.over) return;
      // As of before the look: what is taken in meanwhile may be missing in the answer.
      const known = [...this.#cursors].map(([partition, { position }]) => ({ partition, position }));
      // A database that does not answer is told of by whoever waits for it.
      const checkpoints = await projection.checkpoints().catch(() => []);
      const behind = known.find(({ partition, position }) =>
        checkpoints.some((one) => one.partition === partition && one.position < position),
      );
      if (behind === undefined || this.over) continue;
      onBehind(
        new Error(
          `partition ${behind.partition} was at position ${behind.position}: the database is in an earlier state`,
        ),
      );
      return;
    }
  }
}

/** The offset of the record after this one. */
export const nextAfter = (offset: string): string => String(BigInt(offset) + 1n);
