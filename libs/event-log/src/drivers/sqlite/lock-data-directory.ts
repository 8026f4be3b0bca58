import { chmodSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { sqliteCodeOf } from './failures.js';

/** Another process works on the data directory; the message says so in one sentence. */
export class DataDirectoryInUse extends Error {
  constructor(directory: string, cause: unknown) {
    super(`another process is using the data directory ${directory}: only one may`, { cause });
    this.name = 'DataDirectoryInUse';
  }
}

// A claim that nobody keeps a reference to must not be given up by the garbage collector.
const claims = new Set<Database.Database>();

/**
 * Claims a data directory for this process (design §4): an exclusive transaction on `lock.sqlite`, left open. The
 * operating system frees it however the process ends, so there is no stale lock to clean up.
 *
 * @param directory exists and is writable
 * @throws DataDirectoryInUse
 */
export function lockDataDirectory(directory: string): { release(): void } {
  const file = path.join(directory, 'lock.sqlite');
  const db = new Database(file, { timeout: 0 });
  try {
    chmodSync(file, 0o600); // and never open the file by other means: closing it would free the lock (POSIX)
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw sqliteCodeOf(error)?.startsWith('SQLITE_BUSY') ? new DataDirectoryInUse(directory, error) : error;
  }
  claims.add(db);
  return {
    release() {
      claims.delete(db);
      db.close();
    },
  };
}
