import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { textFor, uniqueStream } from '../../../testing/log-vocabulary.js';
import { checkpointer } from './checkpoint.js';
import type { Group } from './group.js';
import { openLogForWriting } from './log-file.js';
import type { StreamIndex } from './stream-index.js';
import { logWriter } from './writer.js';

describe('the writer', () => {
  let directory: string;
  let file: string;
  let db: Database.Database;
  let index: StreamIndex;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'rollbook-log-'));
    file = path.join(directory, 'log.sqlite');
    ({ db, index } = openLogForWriting(file));
  });
  afterEach(() => {
    db.close();
    rmSync(directory, { recursive: true });
  });
  const stored = (): unknown => db.prepare('SELECT count(*) FROM events').pluck().get();

  test('§8 · no space refuses the whole group, and the same group gets in when there is space', () => {
    const writer = logWriter(db, index, file);
    const large = groupOf(200, 'x'.repeat(1_000));
    db.pragma('max_page_count = 20');
    expect(writer.commit(large)).toMatchObject({ kind: 'refused', reason: 'full' });
    expect(stored()).toBe(0);
    expect(writer.commit(groupOf(1))).toMatchObject({ kind: 'committed', positions: [1] });
    db.pragma('max_page_count = 100000');
    expect(writer.commit(large)).toMatchObject({ kind: 'committed', head: 201 });
  });

  test.each<[string, string, { kind: string; reason?: string; sentence?: RegExp }]>([
    ['SQLITE_IOERR_FSYNC', 'COMMIT', { kind: 'fatal', sentence: /what is durable is not known/ }],
    ['SQLITE_IOERR_DIR_FSYNC', 'COMMIT', { kind: 'fatal', sentence: /what is durable is not known/ }],
    ['SQLITE_CORRUPT_INDEX', 'COMMIT', { kind: 'fatal', sentence: /the event log is damaged/ }],
    ['SQLITE_IOERR_WRITE', 'COMMIT', { kind: 'refused', reason: 'storage' }],
    ['SQLITE_FULL', 'COMMIT', { kind: 'refused', reason: 'full' }],
    ['SQLITE_BUSY', 'BEGIN IMMEDIATE', { kind: 'refused', reason: 'storage' }],
  ])('§4 · %s at %s: %j', (code, statement, { sentence, ...expected }) => {
    const outcome = logWriter(failing(db, statement, code), index, file).commit(groupOf(3));
    expect(outcome).toMatchObject(expected);
    if (sentence !== undefined) expect(outcome).toMatchObject({ sentence: expect.stringMatching(sentence) });
    else expect([db.inTransaction, stored()]).toEqual([false, 0]);
  });

  test('§4 · a failed fsync of a checkpoint is as fatal as one of a commit, no space is not', () => {
    logWriter(db, index, file).commit(groupOf(9_000, 'x'.repeat(3_000)));
    const statement = 'PRAGMA wal_checkpoint(PASSIVE)';
    expect(checkpointer(failing(db, statement, 'SQLITE_FULL'), file)()).toBeNull();
    expect(checkpointer(failing(db, statement, 'SQLITE_IOERR_FSYNC'), file)()).toMatch(
      /what is durable is not known/,
    );
    expect(checkpointer(db, file)()).toBeNull();
    const { log, checkpointed } = db
      .prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(NOOP)')
      .get() ?? { log: 0, checkpointed: NaN };
    expect(checkpointed).toBe(log);
  });

  test.each(["UPDATE events SET text = '{}'", 'DELETE FROM events'])('§3 · no statement may: %s', (sql) => {
    logWriter(db, index, file).commit(groupOf(1));
    expect(() => db.exec(sql)).toThrow('stored events are never');
  });

  test('§4 · one log serves two writers in turn: each goes on from the other’s head', () => {
    const second = openLogForWriting(file);
    try {
      const writers = [logWriter(db, index, file), logWriter(second.db, second.index, file)];
      const heads = [0, 1, 0, 1].map((i) => writers[i]?.commit(groupOf(2)));
      expect(heads).toMatchObject([2, 4, 6, 8].map((head) => ({ kind: 'committed', head })));
    } finally {
      second.db.close();
    }
  });
});

function groupOf(commands: number, padding = ''): Group {
  const streams = Array.from({ length: commands }, uniqueStream);
  return {
    streams,
    expectedVersions: streams.map(() => 0),
    counts: streams.map(() => 1),
    texts: streams.map((streamId) => textFor(streamId, 1, padding)),
  };
}

/** The database, but one statement fails with a code that no test can make the machine produce. */
function failing(db: Database.Database, statement: string, code: string): Database.Database {
  const fail = (): never => {
    throw new Database.SqliteError('disk I/O error', code);
  };
  const prepare = (sql: string): Database.Statement => {
    const prepared = db.prepare(sql);
    return sql === statement ? Object.assign(Object.create(prepared), { run: fail, get: fail }) : prepared;
  };
  return Object.assign(Object.create(db), { prepare, exec: (sql: string) => db.exec(sql) });
}
