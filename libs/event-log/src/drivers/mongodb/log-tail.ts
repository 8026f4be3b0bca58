import type { LogCollection } from './log-collection.js';
import { endOf, type Tail } from './log-document.js';

/** The log ends before a position that once existed: it was restored to an earlier state (design §8). */
export type Restored = { seen: number; tail: number };

/**
 * The end of the log as far as it is known: from majority reads and acknowledgements only, never from numbers that
 * were merely sent. It notices a log that has lost its end.
 */
export class LogTail {
  readonly #collection: Pick<LogCollection, 'tail' | 'confirm'>;
  readonly #on: { restored(): void };
  #known: Tail | null = null;
  #wasRead = false;
  #seen = 0;
  #restored: Restored | null = null;
  #otherHistory = false;

  constructor(collection: Pick<LogCollection, 'tail' | 'confirm'>, on: { restored(): void }) {
    this.#collection = collection;
    this.#on = on;
  }

  /** Position of the newest event known. */
  get head(): number {
    return endOf(this.#known);
  }

  /** Whether a position is known to have existed that was not found yet, or nothing was read yet. */
  get isBehind(): boolean {
    return !this.#wasRead || this.#restored !== null || this.head < this.#seen;
  }

  get restored(): Restored | null {
    return this.#restored;
  }

  /** Takes note of a position that existed, whoever says so. The next append looks for it first. */
  notePositionSeen(position: number): void {
    this.#seen = Math.max(this.#seen, position);
  }

  /** The newest document of a batch that a majority acknowledged. */
  acknowledged(tail: Tail): void {
    if (endOf(tail) > this.head) this.#known = tail;
    this.#seen = Math.max(this.#seen, this.head);
  }

  /** Reads the end of the log anew; resolves with the head. @throws LogUnavailable */
  async read(): Promise<number> {
    const before = { known: this.#known, seen: this.#seen };
    let found = await this.#collection.tail(before.known);
    if (isLost(before, found)) {
      await this.#collection.confirm(); // else this could be the answer of a primary that is none any more
      found = await this.#collection.tail(before.known);
    }
    this.#wasRead = true;
    const end = endOf(found.tail);
    if (isLost(before, found)) {
      // something else stands where the end was known to be: no import brings that back
      this.#otherHistory ||= !found.continued && end >= endOf(before.known);
      this.#known = found.tail;
      this.#restored = { seen: before.seen, tail: end };
      this.#on.restored();
      return end;
    }
    if (!this.#otherHistory) this.#restored = null;
    if (end > this.head) this.#known = found.tail;
    this.#seen = Math.max(this.#seen, end);
    return this.head;
  }
}

const isLost = (before: { seen: number }, found: { tail: Tail | null; continued: boolean }): boolean =>
  !found.continued || endOf(found.tail) < before.seen;
