import type Database from 'better-sqlite3';
import { failedOutcome } from './group.js';

/** Pages in the WAL after which they are moved into the file (16 MiB). */
const DUE_PAGES = 4_000;

/**
 * Moves the WAL's pages into the file when there are many, between groups: in a commit, SQLite would swallow the
 * errors. What it returns is null, or why the process must end. No space is no reason: the pages stay where they are,
 * and appends say it when the WAL cannot grow.
 */
export function checkpointer(db: Database.Database, file: string): () => string | null {
  const walPages = db.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(NOOP)');
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  return () => {
    try {
      const wal = walPages.get();
      if (wal !== undefined && wal.log - wal.checkpointed >= DUE_PAGES) checkpoint.get();
      return null;
    } catch (error) {
      const outcome = failedOutcome(error, file);
      return outcome.kind === 'fatal' ? outcome.sentence : null;
    }
  };
}
