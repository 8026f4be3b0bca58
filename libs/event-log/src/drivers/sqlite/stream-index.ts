import type Database from 'better-sqlite3';
import { RecentEvents } from './recent-events.js';

/** Events that are moved together. Each then costs a stored index of 1,000,000 streams a sixth of a page, and a run
 * some 7 MB of memory while it is held. */
const FULL_RUN = 65_536;

/**
 * Finds a stream's events: in the stored index up to the settled position, in memory after it. Client ids are random,
 * so an index that is kept up with every event dirties a page of 4 KiB per event, which at a million streams costs
 * more than the event; moved in runs, in key order, neighbours share their page.
 */
export class StreamIndex {
  readonly recent: RecentEvents;
  readonly #settled: Database.Statement<[], number>;
  readonly #after: Database.Statement<[number], [string, number]>;
  readonly #newest: Database.Statement<[string], number>;
  readonly #positions: Database.Statement<[string, number, number], number>;

  /** Reads what is not settled: at most some ten thousand rows. */
  constructor(db: Database.Database, fullRun = FULL_RUN) {
    this.#settled = db.prepare<[], number>('SELECT settled FROM stream_index').pluck();
    this.#after = db
      .prepare<[number], [string, number]>(
        'SELECT stream, version FROM events WHERE position > ? ORDER BY position',
      )
      .raw();
    this.#newest = db
      .prepare<[string], number>('SELECT version FROM streams WHERE stream = ? ORDER BY version DESC LIMIT 1')
      .pluck();
    this.#positions = db
      .prepare<[string, number, number], number>(
        'SELECT position FROM streams WHERE stream = ? AND version > ? ORDER BY version LIMIT ?',
      )
      .pluck();
    this.recent = new RecentEvents(this.settled(), fullRun);
    this.catchUp();
  }

  /** Every event up to this position is in the stored index. */
  settled(): number {
    return this.#settled.get() ?? 0;
  }

  /** Takes in what others appended. */
  catchUp(): void {
    this.recent.settled(this.settled());
    for (const [stream, version] of this.#after.iterate(this.recent.end)) this.recent.add(stream, version);
    this.recent.roll();
  }

  /** A stream's version, 0 when it does not exist. */
  versionOf(stream: string): number {
    return this.recent.versionOf(stream) ?? this.#newest.get(stream) ?? 0;
  }

  /** Positions of a stream's events above a version, oldest first; `limit` -1 for all of them. */
  positionsOf(stream: string, afterVersion: number, limit: number): number[] {
    const stored = this.#positions.all(stream, afterVersion, limit);
    const last = stored.at(-1) ?? 0;
    // A stream's events settle oldest first, so what is stored is the beginning of what is asked for.
    const recent = this.recent.positionsOf(stream, afterVersion).filter((position) => position > last);
    return limit < 0 ? [...stored, ...recent] : [...stored, ...recent].slice(0, limit);
  }
}
