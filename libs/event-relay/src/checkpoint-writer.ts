import { Pace } from './pace.js';
import type { Checkpoint, CheckpointStore } from './published-positions.js';

/** From one write to the next: what is stored is late by so much, and a busy publisher does not keep the database busy. */
const APART_MS = 50;

/**
 * Stores the newest checkpoint beside the sends, one write at a time: publishing does not wait for it. What is stored
 * may be late, then a new publisher repeats what came after.
 */
export class CheckpointWriter {
  readonly #store: CheckpointStore;
  readonly #failed: (error: unknown) => void;
  readonly #pace: Pace;
  #newest: Checkpoint | null = null;
  #writing: Promise<void> | null = null;

  /**
   * @param failed a write failed; the next one makes up for it
   * @param apartMs for tests
   */
  constructor(store: CheckpointStore, failed: (error: unknown) => void, apartMs = APART_MS) {
    this.#store = store;
    this.#failed = failed;
    this.#pace = new Pace(apartMs);
  }

  /** This is published now. */
  note(checkpoint: Checkpoint): void {
    this.#newest = checkpoint;
    this.#writing ??= this.#write();
  }

  /** Resolves when everything noted is stored, or could not be. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#newest !== null) this.#writing = this.#write();
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#newest !== null) {
      await this.#pace.rest();
      this.#pace.begin();
      const checkpoint: Checkpoint = this.#newest;
      this.#newest = null;
      try {
        await this.#store.advance(checkpoint);
      } catch (error) {
        this.#newest ??= checkpoint;
        this.#failed(error);
        break;
      }
    }
    this.#writing = null;
  }
}
