import Database from 'better-sqlite3';
import { LogDamaged, LogUnavailable } from '../../refusals.js';

/**
 * What an error of SQLite means for the log:
 * - `full`, `storage`: nothing was written, a later attempt may succeed;
 * - `sync`: nobody knows what is durable. The kernel reports a failed fsync once and then calls the pages clean, so
 *   the only honest way on is to end the process and to read the file again;
 * - `damaged`: the file contradicts itself;
 * - `defect`: none of SQLite's business.
 */
export type Failure = 'full' | 'storage' | 'sync' | 'damaged' | 'defect';

/** First match decides; a code covers its extended codes. */
const FAILURES: readonly (readonly [code: string, failure: Failure])[] = [
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR_FSYNC', 'sync'],
  ['SQLITE_IOERR_DIR_FSYNC', 'sync'],
  ['SQLITE_IOERR_CORRUPTFS', 'damaged'],
  ['SQLITE_IOERR', 'storage'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['SQLITE_BUSY', 'storage'],
  ['SQLITE_LOCKED', 'storage'],
  ['SQLITE_CANTOPEN', 'storage'],
  ['SQLITE_READONLY', 'storage'],
  ['SQLITE_PERM', 'storage'],
  ['SQLITE_NOMEM', 'storage'],
];

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Database.SqliteError)) return 'defect';
  const { code } = error;
  return FAILURES.find(([prefix]) => code === prefix || code.startsWith(`${prefix}_`))?.[1] ?? 'defect';
}

/** The error for whoever was reading: the log's own word for it, or the error itself when it is a defect. */
export function readFailure(error: unknown, file: string): unknown {
  const failure = failureOf(error);
  if (failure === 'damaged') {
    return new LogDamaged(`${file} is damaged: ${messageOf(error)}`, error);
  }
  if (failure === 'defect') return error;
  return new LogUnavailable('storage', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
}

export function messageOf(error: unknown): string {
  if (error instanceof Database.SqliteError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
