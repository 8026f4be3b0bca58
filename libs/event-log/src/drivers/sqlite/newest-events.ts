import type Database from 'better-sqlite3';
import { LogDamaged } from '../../refusals.js';
import { faultOf, placeFaultOf, type EventRow } from './event-row.js';
import type { StreamIndex } from './stream-index.js';

/** How many events at the end of the log are looked at when it is opened: those that a crash could have touched. */
const NEWEST = 100;

/**
 * Whether the newest events are whole: positions and versions dense, index and table of one mind, texts as they were
 * written, no command cut short. Takes milliseconds at any size; the whole file is `checkSqliteLog`'s affair.
 *
 * @throws LogDamaged naming the first position that is not as it must be
 */
export function checkNewestEvents(db: Database.Database, index: StreamIndex, file: string): void {
  const rows = db
    .prepare<[number], EventRow>(
      'SELECT position, stream, version, rest, crc, text FROM events ORDER BY position DESC LIMIT ?',
    )
    .all(NEWEST)
    .toReversed();
  const fault = (row: EventRow, previous: EventRow | null): string | null => {
    const misplaced = placeFaultOf(row, index);
    if (misplaced !== null) return misplaced;
    // The event before the oldest one looked at is not known, unless the log begins there.
    if (previous === null && row.position > 1 && rows.length === NEWEST) return faultOf(row);
    return faultOf(row, previous);
  };
  for (const [i, row] of rows.entries()) {
    const found = fault(row, rows[i - 1] ?? null);
    if (found !== null) throw new LogDamaged(`${file} is damaged at position ${row.position}: ${found}`);
  }
  const last = rows.at(-1);
  if (last !== undefined && last.rest > 0) {
    throw new LogDamaged(
      `${file} is damaged at position ${last.position}: ${last.rest} more events belong to it`,
    );
  }
}
