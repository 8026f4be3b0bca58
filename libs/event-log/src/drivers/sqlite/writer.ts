import type Database from 'better-sqlite3';
import { checksumOf } from './event-row.js';
import { failureOf, messageOf } from './failures.js';
import { CONFLICT, type Group, type GroupOutcome } from './group.js';
import { streamKeyOf } from './stream-key.js';

/** Pages in the WAL after which the writer moves them into the file (8 MiB). */
const CHECKPOINT_PAGES = 2_000;

type Found = { position: number; version: number; rest: number; text: string };

/** The only one who writes: a group of commands in one transaction, and the checkpoints between groups. */
export function logWriter(db: Database.Database, file: string) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const head = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
  const streamVersion = db
    .prepare<[string], number>('SELECT version FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1')
    .pluck();
  const insert = db.prepare<[number, string, number, number, number, string]>(
    'INSERT INTO events (position, stream, version, rest, crc, text) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const found = db.prepare<[string, number, number], Found>(
    'SELECT position, version, rest, text FROM events WHERE stream = ? AND version > ? ORDER BY version LIMIT ?',
  );
  const walPages = db.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(NOOP)');
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

  /** The position of the last of these texts when they are, as one command, at this place of the stream. */
  const foundAt = (stream: string, expectedVersion: number, texts: readonly string[]): number => {
    const rows = found.all(stream, expectedVersion, texts.length);
    const same = texts.every(
      (text, i) =>
        rows[i]?.version === expectedVersion + 1 + i &&
        rows[i].text === text &&
        rows[i].rest === texts.length - 1 - i,
    );
    return (same && rows.at(-1)?.position) || CONFLICT;
  };

  /** Inserts every command that finds the version it expects. A conflict is known before anything of it is written,
   * so it fails alone without a savepoint. */
  const write = (group: Group): { positions: number[]; head: number } => {
    let position = head.get() ?? 0;
    let taken = 0;
    const positions = group.streams.map((streamId, command) => {
      const stream = streamKeyOf(streamId);
      const expected = group.expectedVersions[command] ?? 0;
      const texts = group.texts.slice(taken, (taken += group.counts[command] ?? 0));
      if ((streamVersion.get(stream) ?? 0) !== expected) return foundAt(stream, expected, texts);
      texts.forEach((text, i) => {
        insert.run(++position, stream, expected + 1 + i, texts.length - 1 - i, checksumOf(text), text);
      });
      return position;
    });
    return { positions, head: position };
  };

  const outcomeOf = (error: unknown): GroupOutcome => {
    const failure = failureOf(error);
    const message = `${file}: ${messageOf(error)}`;
    if (failure === 'sync') {
      return { kind: 'fatal', sentence: `${message}: what is durable is not known, the process ends` };
    }
    if (failure === 'damaged') return { kind: 'fatal', sentence: `${message}: the event log is damaged` };
    return { kind: 'refused', reason: failure === 'full' ? 'full' : 'storage', message };
  };

  return {
    /** Commits a group; durable when the outcome says `committed`. */
    commit(group: Group): GroupOutcome {
      try {
        begin.run();
        const written = write(group);
        commit.run();
        return { kind: 'committed', ...written };
      } catch (error) {
        const outcome = outcomeOf(error);
        if (outcome.kind === 'fatal') return outcome;
        try {
          if (db.inTransaction) db.exec('ROLLBACK');
        } catch (rollbackError) {
          return {
            kind: 'fatal',
            sentence: `${file}: ${messageOf(rollbackError)} while undoing a failed append`,
          };
        }
        return outcome;
      }
    },
    /** Moves the WAL's pages into the file when there are many; null, or why the process must end. No space is no
     * reason: the pages stay where they are, and appends say it when the WAL cannot grow. */
    checkpointWhenDue(): string | null {
      try {
        const wal = walPages.get();
        if (wal === undefined || wal.log - wal.checkpointed < CHECKPOINT_PAGES) return null;
        checkpoint.get();
        return null;
      } catch (error) {
        const outcome = outcomeOf(error);
        return outcome.kind === 'fatal' ? outcome.sentence : null;
      }
    },
  };
}
