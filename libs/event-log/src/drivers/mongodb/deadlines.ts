import type { Clock } from './log-collection.js';

/** What is under way with its time limit, which is the same for all, so that the oldest is due first. */
export class Deadlines<T extends { deadline: number }> {
  readonly #clock: Clock;
  readonly #passed: (item: T) => void;
  readonly #items = new Set<T>();
  #watching = false;

  constructor(clock: Clock, passed: (item: T) => void) {
    this.#clock = clock;
    this.#passed = passed;
  }

  get size(): number {
    return this.#items.size;
  }

  add(item: T): void {
    this.#items.add(item);
    this.#watch();
  }

  delete(item: T): void {
    this.#items.delete(item);
  }

  #watch(): void {
    const [oldest] = this.#items;
    if (this.#watching || oldest === undefined) return;
    this.#watching = true;
    void this.#clock.pause(Math.max(1, oldest.deadline - this.#clock.now())).then(() => {
      this.#watching = false;
      const now = this.#clock.now();
      for (const item of this.#items) {
        if (item.deadline > now) break;
        this.#items.delete(item);
        this.#passed(item);
      }
      this.#watch();
    });
  }
}
