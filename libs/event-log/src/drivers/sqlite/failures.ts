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
  const code = sqliteCodeOf(error);
  if (code === null) return 'defect';
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
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  const code = sqliteCodeOf(error);
  return code === null ? String(message) : `${String(message)} (${code})`;
}

/** SQLite's extended result code, or null. By its name, because an addon's error class is of the realm that loaded it
 * first, so `instanceof` may not know it. */
export function sqliteCodeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : null;
}
