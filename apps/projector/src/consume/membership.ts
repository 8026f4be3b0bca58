import type { MongodbProjection } from '@rollbook/read-models';
import { backoffMs, pause } from './backoff.js';
import type { Cursor } from './take-batch.js';

export type MembershipOptions = {
  partitions: readonly number[];
  projection: Pick<MongodbProjection, 'checkpoints'>;
  /** Makes the next fetch of a partition begin at an offset. */
  seek: (partition: number, offset: string) => void;
  /** Told of each failed attempt to read the checkpoints; they are read until it works. */
  onFailure: (error: unknown, attempt: number) => void;
};

/**
 * One stay in the consumer group: the partitions that are ours until the group is divided anew. It begins by pointing
 * each of them at the model's own checkpoint: what the group has committed is for people to see, and expires.
 */
export class Membership {
  readonly partitions: readonly number[];
  readonly #cursors = new Map<number, Cursor>();
  readonly #ended = new AbortController();
  #pointed = false;
  /** Resolves once every partition points at its checkpoint, or the stay is over. */
  readonly aligned: Promise<void>;

  constructor(options: MembershipOptions) {
    this.partitions = options.partitions;
    this.aligned = this.#align(options);
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
  }

  async #align({ partitions, projection, seek, onFailure }: MembershipOptions): Promise<void> {
    for (let failures = 1; !this.over; failures += 1) {
      try {
        const checkpoints = await projection.checkpoints();
        if (this.over) return;
        for (const partition of partitions) {
          const at = checkpoints.find((one) => one.partition === partition);
          seek(partition, at?.offset == null ? '0' : String(BigInt(at.offset) + 1n));
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
}
