import type Database from 'better-sqlite3';
import { faultOf, type EventRow } from './event-row.js';
import { messageOf } from './failures.js';

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

type Place = { stream: string; version: number; position: number };

/**
 * Checks the whole of an open log: SQLite's own structure, every position, every text against its checksum and its
 * row, every commit whole, every stream's versions. Reads page by page, so that a service may go on appending; what
 * is appended meanwhile is left out.
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
    checkStreams(db, total, report, onProgress);
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
  let previous: EventRow | null = null;
  let events = 0;
  for (;;) {
    const rows: EventRow[] = page.all(previous?.position ?? Number.MIN_SAFE_INTEGER, total, PAGE);
    for (const row of rows) {
      const fault = faultOf(row, previous);
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

/** Walks the index, so that it is compared with what the walk over the table saw. */
function checkStreams(
  db: Database.Database,
  total: number,
  report: (problem: string) => void,
  onProgress: (progress: LogCheckProgress) => void,
): void {
  const page = db.prepare<[string, number, number], Place>(
    `SELECT stream, version, position FROM events INDEXED BY events_by_stream
     WHERE (stream, version) > (?, ?) ORDER BY stream, version LIMIT ?`,
  );
  let previous: Place = { stream: '', version: 0, position: 0 };
  let done = 0;
  for (;;) {
    const places = page.all(previous.stream, previous.version, PAGE);
    for (const place of places) {
      const before = place.stream === previous.stream ? previous.version : 0;
      if (place.version !== before + 1) {
        report(`position ${place.position}: version ${place.version} of its stream follows ${before}`);
      }
      if (place.stream === previous.stream && place.position <= previous.position) {
        report(`position ${place.position}: it comes before the version before it`);
      }
      if (place.position <= total) done++;
      previous = place;
    }
    onProgress({ step: 'streams', done, total });
    if (places.length < PAGE) break;
  }
  if (done !== total) report(`the index of streams holds ${done} events of ${total}`);
}
