import type { Clock } from '../../src/drivers/mongodb/log-collection.js';

/** Numbers from 0 to 1 that depend on the seed only (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Timer = { due: number; run: () => void };

/** Runs one step after the other in an order that the seed decides; time passes only when a timer is chosen. */
export class Scheduler {
  readonly random: () => number;
  readonly #tasks: (() => void)[] = [];
  readonly #timers: Timer[] = [];
  #now = 0;
  /** Whether code under test has something to do before the next step. */
  hasWoken = true;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** true with this probability */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }

  /** Something that may happen at any time from now on. */
  later(run: () => void): void {
    this.#tasks.push(run);
  }

  /** The clock of one process; a process that has died is never woken. */
  clock(isAlive: () => boolean): Clock {
    return {
      now: () => this.#now,
      pause: (ms) =>
        new Promise((resolve) => {
          const timer = { due: this.#now + ms, run: () => isAlive() && this.wake(resolve) };
          const place = this.#timers.findIndex(({ due }) => due > timer.due);
          this.#timers.splice(place < 0 ? this.#timers.length : place, 0, timer);
        }),
    };
  }

  /** Lets the code under test go on; the step ends when it has nothing more to do. */
  wake(resolve: () => void): void {
    this.hasWoken = true;
    resolve();
  }

  get hasTasks(): boolean {
    return this.#tasks.length > 0;
  }

  get hasTimers(): boolean {
    return this.#timers.length > 0;
  }

  runTask(): void {
    const [task] = this.#tasks.splice(Math.floor(this.random() * this.#tasks.length), 1);
    task?.();
  }

  runTimer(): void {
    const timer = this.#timers.shift();
    if (timer === undefined) return;
    this.#now = Math.max(this.#now, timer.due);
    timer.run();
  }
}
