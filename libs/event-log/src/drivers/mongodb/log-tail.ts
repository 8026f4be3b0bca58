import { LogUnavailable } from '../../refusals.js';
import type { Clock, LogCollection } from './log-collection.js';
import { endOf, type Tail } from './log-document.js';

/** The log ends before a position that once existed: it was restored to an earlier state (design §8). */
export type Restored = { seen: number; tail: number };

/** What is refused because of it. */
export const restoredLog = (
  { seen, tail }: Restored,
  options?: Pick<LogUnavailable, 'outcome'>,
): LogUnavailable =>
  new LogUnavailable('restored', `the log ends at position ${tail}, but position ${seen} existed`, options);

/**
 * How long a read of the end is trusted: less than it takes to stop a database, put a copy in its place and start it
 * again. A position is taken only if its predecessor is there, which an insert can't check by itself: should a restored
 * database have lost it, a number kept in memory would leave a hole.
 */
const TRUSTED_MS = 250;

/**
 * The end of the log as far as it is known: from majority reads and acknowledgements only, never from numbers that
 * were merely sent. It notices a log that has lost its end.
 */
export class LogTail {
  readonly #collection: Pick<LogCollection, 'tail' | 'confirm'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #on: { restored(head: number): void };
  #known: Tail | null = null;
  #readAt = -Infinity;
  #heardAt = -Infinity;
  #seen = 0;
  #restored: Restored | null = null;
  #otherHistory = false;
  #doubts = 0;

  constructor(
    collection: Pick<LogCollection, 'tail' | 'confirm'>,
    clock: Pick<Clock, 'now'>,
    on: { restored(head: number): void },
  ) {
    this.#collection = collection;
    this.#clock = clock;
    this.#on = on;
  }

  /** Position of the newest event known. */
  get head(): number {
    return endOf(this.#known);
  }

  /** Whether the end has to be read before something is appended to it. */
  get isDoubtful(): boolean {
    const isOld = this.#clock.now() - this.#readAt > TRUSTED_MS;
    return isOld || this.#restored !== null || this.head < this.#seen;
  }

  /** Milliseconds since the end was last heard of, by a read or an acknowledgement. */
  get ageMs(): number {
    return this.#clock.now() - this.#heardAt;
  }

  get restored(): Restored | null {
    return this.#restored;
  }

  /** Takes note of a position that existed, whoever says so. The next append looks for it first. */
  notePositionSeen(position: number): void {
    this.#seen = Math.max(this.#seen, position);
  }

  /** The connection was interrupted: the database may come back from a backup. */
  doubt(): void {
    this.#readAt = -Infinity;
    this.#doubts++;
  }

  /** The newest document of a batch that a majority acknowledged. */
  acknowledged({ _id, count, commit }: Tail): void {
    if (endOf({ _id, count }) > this.head) this.#known = { _id, count, commit };
    this.#heardAt = this.#clock.now();
    this.#seen = Math.max(this.#seen, this.head);
  }

  /** Reads the end of the log anew; resolves with the head. @throws LogUnavailable */
  async read(): Promise<number> {
    const before = { known: this.#known, seen: this.#seen, now: this.#clock.now(), doubts: this.#doubts };
    let found = await this.#collection.tail(before.known);
    if (isLost(before, found)) {
      await this.#collection.confirm(); // else this could be the answer of a primary that is none any more
      found = await this.#collection.tail(before.known);
    }
    if (before.doubts === this.#doubts) this.#readAt = Math.max(this.#readAt, before.now);
    this.#heardAt = this.#clock.now();
    const end = endOf(found.tail);
    if (isLost(before, found)) {
      // something else stands where the end was known to be: no import brings that back
      this.#otherHistory ||= !found.continued && end >= endOf(before.known);
      this.#known = found.tail;
      this.#restored = { seen: before.seen, tail: end };
      this.#on.restored(end);
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
