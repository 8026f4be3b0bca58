import { setTimeout as sleep } from 'node:timers/promises';
import type { Checkpoint, CheckpointStore } from './published-positions.js';

/** Between two writes: what is stored is late by so much, and a busy publisher does not keep the database busy. */
const SPACING_MS = 20;

/**
 * Stores the newest checkpoint beside the sends, one write at a time: publishing does not wait for it. What is stored
 * may be late, then a new publisher repeats what came after.
 */
export class CheckpointWriter {
  readonly #store: CheckpointStore;
  readonly #failed: (error: unknown) => void;
  #newest: Checkpoint | null = null;
  #writing: Promise<void> | null = null;

  /** @param failed a write failed; the next one makes up for it */
  constructor(store: CheckpointStore, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
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
      const checkpoint: Checkpoint = this.#newest;
      this.#newest = null;
      try {
        await this.#store.advance(checkpoint);
      } catch (error) {
        this.#newest ??= checkpoint;
        this.#failed(error);
        break;
      }
      if (this.#newest !== null) await sleep(SPACING_MS);
    }
    this.#writing = null;
  }
}
