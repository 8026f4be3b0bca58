import type Database from 'better-sqlite3';
import { faultOf, placeFaultOf, type EventRow } from './event-row.js';
import { messageOf } from './failures.js';
import { StreamIndex } from './stream-index.js';

/** What a check of the whole file found. */
export type LogCheck = {
  /** Nothing is wrong. */
  sound: boolean;
  /** Events read. */
  events: number;
  /** One sentence each, at most {@link MAX_PROBLEMS}. */
  problems: string[];
};

/** Each step of a check, in order, and how far it is: `structure` is one long statement of SQLite. */
export type LogCheckProgress = { step: 'structure' | 'events' | 'streams'; done: number; total: number };

export const MAX_PROBLEMS = 100;
/** Rows of one read transaction. */
const PAGE = 1_000;

type Place = { stream: string; version: number; position: number; found: number | null };

/**
 * Checks the whole of an open log: SQLite's own structure, every position, every text against its checksum and its
 * row, every commit whole, every stream's versions and the way to them, and that nothing else is in the index of
 * streams. Reads page by page, so that a service may go on appending; what is appended meanwhile is left out.
 */
export function checkLog(db: Database.Database, onProgress: (progress: LogCheckProgress) => void): LogCheck {
  const problems: string[] = [];
  const report = (problem: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
  };
  let events = 0;
  try {
    const total = db.prepare<[], number>('SELECT coalesce(max(position), 0) FROM events').pluck().get() ?? 0;
    onProgress({ step: 'structure', done: 0, total: 1 });
    const structure = db.prepare<[], string>(`PRAGMA integrity_check(${MAX_PROBLEMS})`).pluck().all();
    for (const line of structure) if (line !== 'ok') report(`structure: ${line}`);
    onProgress({ step: 'structure', done: 1, total: 1 });
    events = checkEvents(db, total, report, onProgress);
    checkStreams(db, report, onProgress);
  } catch (error) {
    report(`the file cannot be read further: ${messageOf(error)}`);
  }
  return { sound: problems.length === 0, events, problems };
}

function checkEvents(
  db: Database.Database,
  total: number,
  report: (problem: string) => void,
  onProgress: (progress: LogCheckProgress) => void,
): number {
  const page = db.prepare<[number, number, number], EventRow>(
    `SELECT position, stream, version, rest, crc, text FROM events
     WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
  );
  const index = new StreamIndex(db);
  let previous: EventRow | null = null;
  let events = 0;
  for (;;) {
    const rows: EventRow[] = page.all(previous?.position ?? Number.MIN_SAFE_INTEGER, total, PAGE);
    for (const row of rows) {
      const fault = faultOf(row, previous) ?? placeFaultOf(row, index);
      if (fault !== null) report(`position ${row.position}: ${fault}`);
      previous = row;
    }
    events += rows.length;
    onProgress({ step: 'events', done: previous?.position ?? 0, total });
    if (rows.length < PAGE) break;
  }
  if (previous !== null && previous.rest > 0) {
    report(`position ${previous.position}: ${previous.rest} more events belong to it`);
  }
  return events;
}

/** Walks the stored index: each entry leads to its event, and none is missing up to the settled position. */
function checkStreams(
  db: Database.Database,
  report: (problem: string) => void,
  onProgress: (progress: LogCheckProgress) => void,
): void {
  const total = db.prepare<[], number>('SELECT settled FROM stream_index').pluck().get() ?? 0;
  const page = db.prepare<[string, number, number], Place>(
    `SELECT s.stream, s.version, s.position, e.position AS found FROM streams s
     LEFT JOIN events e ON e.position = s.position AND e.stream = s.stream AND e.version = s.version
     WHERE (s.stream, s.version) > (?, ?) ORDER BY s.stream, s.version LIMIT ?`,
  );
  let last = { stream: '', version: 0 };
  let done = 0;
  for (;;) {
    const places = page.all(last.stream, last.version, PAGE);
    for (const place of places) {
      if (place.found === null)
        report(`position ${place.position}: the index of streams leads to it wrongly`);
      if (place.position <= total) done++;
      last = place;
    }
    onProgress({ step: 'streams', done, total });
    if (places.length < PAGE) break;
  }
  if (done < total) report(`the index of streams holds ${done} events of ${total}`);
}
