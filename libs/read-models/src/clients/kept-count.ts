import type { ClientStatistics } from './statistics.js';

/** A count is kept so long that counting takes at most this part of the time. */
const COUNTING_SHARE = 1 / 20;

/** The last count of the statistics, and whether it still serves. */
export class KeptCount {
  #counted: { statistics: ClientStatistics; generation: number; at: number; tookMs: number } | null = null;

  /** The kept count, if it is of this generation and current, or too dear to be made anew. `now`: milliseconds. */
  get(model: { generation: number; position: number }, now: number): ClientStatistics | null {
    const known = this.#counted;
    if (known === null || known.generation !== model.generation) return null;
    const serves =
      known.statistics.position === model.position || now - known.at < known.tookMs / COUNTING_SHARE;
    return serves ? known.statistics : null;
  }

  /** Keeps a count that was begun and ended at these times. */
  keep(statistics: ClientStatistics, generation: number, began: number, ended: number): ClientStatistics {
    this.#counted = { statistics, generation, at: ended, tookMs: ended - began };
    return statistics;
  }

  forget(): void {
    this.#counted = null;
  }
}
