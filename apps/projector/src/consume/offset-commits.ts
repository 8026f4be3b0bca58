/** Offsets by partition, each that of the next record to read, as Kafka counts what a group has committed. */
export type NextOffsets = { partition: number; offset: string }[];

/** One request, tried once, as the member that we are at that moment: the broker refuses it in a later stay. */
export type SendCommit = (offsets: NextOffsets) => Promise<void>;

/** Between two requests. */
const COMMIT_EVERY_MS = 1000;

/**
 * What one stay in the consumer group commits: for all partitions together, once a second. Where we go on is the model's
 * own checkpoint; what the group has committed is for people and tools to see, so it may come later, fails nothing, and
 * is sent again with what is newer. That the group is being divided anew is heard with the heartbeats (design §8).
 */
export class OffsetCommits {
  readonly #onFailure: (error: unknown, attempt: number) => void;
  readonly #everyMs: number;
  readonly #noted = new Map<number, string>();
  #send: SendCommit | null = null;
  #underWay: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #over = false;

  /** @param onFailure told from the second failure in a row on: a first one is how a rebalance often begins */
  constructor(onFailure: (error: unknown, attempt: number) => void, everyMs = COMMIT_EVERY_MS) {
    this.#onFailure = onFailure;
    this.#everyMs = everyMs;
  }

  /** How to send from now on. What is noted before waits for it: there is a way with the first batch of a stay. */
  through(send: SendCommit): void {
    this.#send = send;
    this.#plan();
  }

  /** Everything of a partition before this offset is in the model and behind its checkpoint. */
  note(partition: number, offset: string): void {
    if (this.#over) return;
    this.#noted.set(partition, offset);
    this.#plan();
  }

  /** Sends what is noted now, after what is under way. Never rejects. */
  flush(): Promise<void> {
    this.#underWay = this.#underWay.then(() => this.#commit());
    return this.#underWay;
  }

  /** Forgets what is noted: the partitions may be another's now. */
  end(): void {
    this.#over = true;
    this.#noted.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #plan(): void {
    if (this.#timer !== null || this.#noted.size === 0 || this.#send === null || this.#over) return;
    this.#timer = setTimeout(() => {
      void this.flush().finally(() => {
        this.#timer = null;
        this.#plan();
      });
    }, this.#everyMs);
  }

  async #commit(): Promise<void> {
    if (this.#send === null || this.#noted.size === 0) return;
    const offsets = [...this.#noted].map(([partition, offset]) => ({ partition, offset }));
    this.#noted.clear();
    try {
      await this.#send(offsets);
      this.#failures = 0;
    } catch (error) {
      if (this.#over) return;
      for (const { partition, offset } of offsets) {
        if (!this.#noted.has(partition)) this.#noted.set(partition, offset);
      }
      this.#failures += 1;
      if (this.#failures > 1) this.#onFailure(error, this.#failures - 1);
      this.#plan();
    }
  }
}
