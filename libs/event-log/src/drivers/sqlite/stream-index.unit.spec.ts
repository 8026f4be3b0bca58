import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { textFor } from '../../../testing/log-vocabulary.js';
import { checkLog, type LogCheck } from './log-check.js';
import { openLogForReading, openLogForWriting } from './log-file.js';
import { openSqliteLogReader } from './sqlite-log-reader.js';
import { StreamIndex } from './stream-index.js';
import { logWriter } from './writer.js';

/** Small runs, so that many are moved. */
const RUN = 512;
const GROUP = 64;
const STREAMS = 300;
const LONGEST = 40;

// Long streams and short ones, of clients and others.
const streamIdOf = (i: number): string =>
  i % 5 === 0 ? `iat-${i}` : `client-${Buffer.alloc(16, `${i * 7_919}`).toString('base64url')}`;
const lengthOf = (i: number): number => (i % 10 === 0 ? LONGEST : 1 + (i % 12));

describe('the index of streams', () => {
  let directory: string;
  let file: string;
  let db: Database.Database;
  let index: StreamIndex;
  let append: (streams: string[], version: number) => void;
  const open = (): void => {
    ({ db } = openLogForWriting(file));
    db.pragma('synchronous = OFF');
    index = new StreamIndex(db, RUN);
    append = appender(logWriter(db, index, file));
  };
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'rollbook-log-'));
    file = path.join(directory, 'log.sqlite');
    open();
  });
  afterEach(() => {
    db.close();
    rmSync(directory, { recursive: true });
  });
  const settled = (): unknown => db.prepare('SELECT settled FROM stream_index').pluck().get();
  const check = (): LogCheck => {
    const reading = openLogForReading(file);
    try {
      return checkLog(reading, () => undefined);
    } finally {
      reading.close();
    }
  };

  test('§4 · leads to every event: while runs move, after kills in between, in readers that came early or late', async () => {
    const early = openSqliteLogReader({ file });
    expect(await early.readStream(streamIdOf(0))).toEqual([]);
    let written = 0;
    for (let version = 1; version <= LONGEST; version++) {
      const streams = Array.from({ length: STREAMS }, (_, i) => i).filter((i) => lengthOf(i) >= version);
      append(streams.map(streamIdOf), version);
      written += streams.length;
      const newest = (await early.readStream(streamIdOf(10))).at(-1);
      expect(newest?.streamVersion).toBe(version);
      if (version % 7 !== 0) continue;
      db.close(); // as after a kill: nothing is kept but the file
      open();
    }
    expect(settled()).toBeGreaterThan(RUN);
    const late = openSqliteLogReader({ file });
    for (let i = 0; i < STREAMS; i++) {
      const length = lengthOf(i);
      const versions = Array.from({ length }, (_, n) => n + 1);
      for (const reader of [early, late]) {
        const events = await reader.readStream(streamIdOf(i));
        expect(events.map(({ streamVersion }) => streamVersion)).toEqual(versions);
        const page = await reader.readStream(streamIdOf(i), { afterVersion: length - 1, limit: 1 });
        expect(page.map(({ streamVersion }) => streamVersion)).toEqual([length]);
      }
    }
    expect(check()).toEqual({ sound: true, events: written, problems: [] });
    await Promise.all([early.close(), late.close()]);
  });

  test('§4 · a full run moves while appends go on, and is forgotten in memory', () => {
    append(many(RUN), 1);
    expect([settled(), index.recent.full?.end]).toEqual([0, RUN]);
    append(many(RUN / 2, RUN), 1);
    expect([settled(), index.recent.full]).toEqual([RUN, null]);
    expect([index.versionOf('.system-5'), index.versionOf('.system-x')]).toEqual([1, 0]);
    expect(check()).toEqual({ sound: true, events: RUN * 1.5, problems: [] });
  });

  test('§8 · a full run that an earlier process left is moved at start', () => {
    append(many(RUN), 1);
    db.close();
    open();
    expect([settled(), index.recent.full]).toEqual([RUN, null]);
  });

  test('§8 · a group that fails while a run moves leaves index and memory as they were', () => {
    append(many(RUN), 1);
    db.pragma('max_page_count = 1');
    expect(() => append(many(GROUP, RUN), 1)).toThrow('full');
    expect([index.recent.end, index.versionOf(`.system-${RUN}`)]).toEqual([RUN, 0]);
    db.pragma('max_page_count = 100000');
    append(many(RUN, RUN), 1);
    expect(settled()).toBe(RUN);
    expect(check()).toEqual({ sound: true, events: 2 * RUN, problems: [] });
  });

  test.each([
    ['an entry is missing', "DELETE FROM streams WHERE stream = '.system-3'", /does not lead to it/],
    [
      'an entry leads elsewhere',
      "UPDATE streams SET position = 9 WHERE stream = '.system-3'",
      /does not lead/,
    ],
    ['an entry too many', "INSERT INTO streams VALUES ('.system-3', 2, 9)", /leads to it wrongly/],
  ])('§8 · %s: the check says so', (_, change, sentence) => {
    append(many(RUN * 1.5), 1);
    db.exec(change);
    const { sound, problems } = check();
    expect([sound, problems.join('\n')]).toEqual([false, expect.stringMatching(sentence)]);
  });
});

/** Appends one version to each of the streams, in groups. */
function appender(writer: ReturnType<typeof logWriter>): (streams: string[], version: number) => void {
  return (all, version) => {
    for (let from = 0; from < all.length; from += GROUP) {
      const streams = all.slice(from, from + GROUP);
      const outcome = writer.commit({
        streams,
        expectedVersions: streams.map(() => version - 1),
        counts: streams.map(() => 1),
        texts: streams.map((streamId) => textFor(streamId, version)),
      });
      if (outcome.kind !== 'committed') throw new Error(JSON.stringify(outcome));
      expect(outcome.positions).not.toContain(0);
    }
  };
}

const many = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `system-${from + i}`);
