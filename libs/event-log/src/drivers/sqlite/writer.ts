import type Database from 'better-sqlite3';
import { checksumOf } from './event-row.js';
import { messageOf } from './failures.js';
import { CONFLICT, failedOutcome, type Group, type GroupOutcome } from './group.js';
import { runSettler } from './settle-run.js';
import type { StreamIndex } from './stream-index.js';
import { streamKeyOf } from './stream-key.js';

type Found = { rest: number; text: string };

/** The only one who appends: a group of commands in one transaction. */
export function logWriter(db: Database.Database, index: StreamIndex, file: string) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const lastPosition = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
  const insert = db.prepare<[number, string, number, number, number, string]>(
    'INSERT INTO events (position, stream, version, rest, crc, text) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const found = db.prepare<[number], Found>('SELECT rest, text FROM events WHERE position = ?');
  const settler = runSettler(db, index.recent);
  settler.moveWhole.immediate();
  settler.committed();

  /** The position of the last of these texts when they are, as one command, at this place of the stream. */
  const foundAt = (stream: string, expectedVersion: number, texts: readonly string[]): number => {
    const places = index.positionsOf(stream, expectedVersion, texts.length);
    const same = texts.every((text, i) => {
      const row = found.get(places[i] ?? 0);
      return row !== undefined && row.text === text && row.rest === texts.length - 1 - i;
    });
    return (same && places.at(-1)) || CONFLICT;
  };

  /** Inserts every command that finds the version it expects. A conflict is known before anything of the command is
   * written, so it fails alone without a savepoint. */
  const write = (group: Group, head: number): { positions: number[]; head: number } => {
    let position = head;
    let taken = 0;
    const positions = group.streams.map((streamId, command) => {
      const stream = streamKeyOf(streamId);
      const expected = group.expectedVersions[command] ?? 0;
      const texts = group.texts.slice(taken, (taken += group.counts[command] ?? 0));
      if (index.versionOf(stream) !== expected) return foundAt(stream, expected, texts);
      for (const [i, text] of texts.entries()) {
        insert.run(++position, stream, expected + 1 + i, texts.length - 1 - i, checksumOf(text), text);
        index.recent.add(stream, expected + 1 + i);
      }
      return position;
    });
    return { positions, head: position };
  };

  return {
    /** Commits a group; durable when the outcome says `committed`. */
    commit(group: Group): GroupOutcome {
      let before = index.recent.end;
      try {
        begin.run();
        before = lastPosition.get() ?? 0;
        if (before !== index.recent.end) index.catchUp(); // another handle appended
        const written = write(group, before);
        settler.move(written.head - before);
        commit.run();
        settler.committed();
        return { kind: 'committed', ...written };
      } catch (error) {
        index.recent.truncate(before);
        const outcome = failedOutcome(error, file);
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
  };
}
