import type { StoredEvent } from '@rollbook/event-log';

/** Characters of event text that a page should hold at most. */
const PAGE_CHARACTERS = 2 * 1024 * 1024;
const FIRST_PAGE_EVENTS = 128;

/**
 * How many events to read next. Events are 1 KB as a rule and 256 KiB at most, so a fixed number would be either slow
 * or, after a flood of long ones, more than a thread can hold. Grows by doubling, up to `most`.
 */
export class PageSize {
  readonly #most: number;
  #events: number;

  constructor(most: number) {
    this.#most = most;
    this.#events = Math.min(most, FIRST_PAGE_EVENTS);
  }

  get events(): number {
    return this.#events;
  }

  /** Takes note of the page that was read. */
  read(page: readonly StoredEvent[]): void {
    if (page.length === 0) return;
    const characters = page.reduce((sum, { text }) => sum + text.length, 0);
    const fitting = Math.floor((PAGE_CHARACTERS * page.length) / Math.max(1, characters));
    this.#events = Math.max(1, Math.min(this.#most, fitting, this.#events * 2));
  }
}
