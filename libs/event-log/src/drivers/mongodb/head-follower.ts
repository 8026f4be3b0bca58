import { HeadWaiters } from '../../head-waiters.js';
import type { Clock } from './log-collection.js';

/** How often the end of the log is looked at while it grows, and while it does not (design §4). */
const GROWING_MS = 5;
const QUIET_MS = 100;
const SLOWER = 1.5;

/**
 * Wakes those who wait for the log to grow: at once for what this process appends, by looking for what others append,
 * and only while someone waits.
 */
export class HeadFollower {
  readonly #waiters = new HeadWaiters();
  readonly #clock: Clock;
  readonly #readHead: () => Promise<number>;
  readonly #closed = new AbortController();
  #head = 0;
  #intervalMs = GROWING_MS;
  #looking = false;

  constructor(clock: Clock, readHead: () => Promise<number>) {
    this.#clock = clock;
    this.#readHead = readHead;
  }

  /** The log is known to reach this head. */
  advance(head: number): void {
    if (head <= this.#head) return;
    this.#head = head;
    this.#intervalMs = GROWING_MS;
    this.#waiters.advance(head);
  }

  /** The log was found to end here, before a position that it had: nobody is told of more until it grows again. */
  lost(head: number): void {
    this.#head = Math.min(this.#head, head);
  }

  /** The head, once it is above `position`; rejects with the signal's reason, or with LogUnavailable. */
  async wait(position: number, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    if (this.#head <= position) this.advance(await this.#readHead());
    if (this.#head > position) return this.#head;
    const waiting = this.#waiters.wait(position, AbortSignal.any([signal, this.#closed.signal]));
    this.#look();
    return waiting;
  }

  close(reason: Error): void {
    this.#closed.abort(reason);
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#follow()
      .catch((error: unknown) => this.#waiters.fail(error))
      .finally(() => {
        this.#looking = false;
        if (this.#waiters.size > 0) this.#look();
      });
  }

  async #follow(): Promise<void> {
    while (this.#waiters.size > 0) {
      await this.#clock.pause(this.#intervalMs);
      if (this.#waiters.size === 0) return;
      this.#intervalMs = Math.min(this.#intervalMs * SLOWER, QUIET_MS);
      this.advance(await this.#readHead());
    }
  }
}
