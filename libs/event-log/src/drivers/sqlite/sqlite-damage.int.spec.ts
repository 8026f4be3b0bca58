import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkSqliteLog, openSqliteEventLog, type StoredEvent } from '@rollbook/event-log';
import { readWholeLog, textFor } from '@rollbook-testing/event-log';

// Offsets of the SQLite file header: https://www.sqlite.org/fileformat.html#the_database_header
const USER_VERSION = 60;
const APPLICATION_ID = 68;

const EVENTS = 400;
const streamOf = (i: number): string => `client-${Buffer.alloc(16, i % 40).toString('base64url')}`;

describe('§8 · a damaged file is refused or reported, in a sentence', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-log-'));
  const file = path.join(directory, 'log.sqlite');
  let sound: Buffer;
  let whole: StoredEvent[];

  beforeAll(async () => {
    const log = await openSqliteEventLog({ file });
    for (let i = 0; i < EVENTS; i++) {
      const streamId = streamOf(i);
      const expectedVersion = Math.floor(i / 40);
      const events = [textFor(streamId, expectedVersion + 1, `event-${i}-`.padEnd(300, 'x'))];
      await log.append({ streamId, expectedVersion, events, commitId: `${i}` });
    }
    whole = await readWholeLog(log, 1_000);
    await log.close();
    sound = readFileSync(file);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const damaged = (change: (bytes: Buffer) => Buffer | void): void => {
    const copy = Buffer.from(sound);
    for (const rest of ['-wal', '-shm']) rmSync(file + rest, { force: true });
    writeFileSync(file, change(copy) ?? copy);
  };
  const openError = async (): Promise<unknown> => {
    try {
      await (await openSqliteEventLog({ file })).close();
      return null;
    } catch (error) {
      return error;
    }
  };

  test.each<[string, (bytes: Buffer) => Buffer | void, RegExp]>([
    ['another file', () => Buffer.from('Dear diary,\n'.repeat(1_000)), /not a database/],
    ['no SQLite header', (bytes) => void bytes.fill(0, 0, 16), /not a database/],
    [
      'another program’s database',
      (bytes) => void bytes.writeUInt32BE(7, APPLICATION_ID),
      /is not an event log of Rollbook, or its header is damaged/,
    ],
    [
      'a newer format',
      (bytes) => void bytes.writeUInt32BE(2, USER_VERSION),
      /has format 2, this release reads format 1: start the release that wrote it/,
    ],
    ['half of it', (bytes) => bytes.subarray(0, bytes.length / 2), /malformed/],
    ['a part of the first page', (bytes) => bytes.subarray(0, 1_000), /not a database|malformed/],
    ['zeros after the first page', (bytes) => void bytes.fill(0, 4_096), /malformed/],
    [
      'a bit of the newest text',
      flipIn(`event-${EVENTS - 1}-`),
      new RegExp(`damaged at position ${EVENTS}: its text is not the one that was written`),
    ],
  ])('%s: refused at start', async (_, change, sentence) => {
    damaged(change);
    const error = await openError();
    expect(error).toMatchObject({ name: 'LogDamaged', message: expect.stringMatching(sentence) });
    expect(error).toMatchObject({ message: expect.stringContaining(file) });
    expect(await checkSqliteLog(file)).toMatchObject({ sound: false, problems: [expect.any(String)] });
  });

  test('a bit of an old text: the check of the whole file names its position', async () => {
    damaged(flipIn('event-17-'));
    expect(await openError()).toBeNull();
    expect(await checkSqliteLog(file)).toEqual({
      sound: false,
      events: EVENTS,
      problems: ['position 18: its text is not the one that was written'],
    });
  });

  test('any octet anywhere: refused, or reported, or without effect on what is read', async () => {
    const offset = fc.oneof(fc.nat(200), fc.nat(Number.MAX_SAFE_INTEGER));
    await fc.assert(
      fc.asyncProperty(offset, fc.integer({ min: 1, max: 255 }), async (place, mask) => {
        damaged((bytes) => {
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ mask;
        });
        const check = await checkSqliteLog(file);
        if (!check.sound) return expect(check.problems.join('')).not.toBe('');
        expect(await openError()).toBeNull();
        const log = await openSqliteEventLog({ file });
        expect(await readWholeLog(log, 1_000)).toEqual(whole);
        await log.close();
      }),
      { numRuns: 40 },
    );
  });

  test('the check says how far it is, and can be ended', async () => {
    damaged(() => undefined);
    const steps: string[] = [];
    const result = await checkSqliteLog(file, {
      onProgress: ({ step, done, total }) => steps.push(`${step} ${done}/${total}`),
    });
    expect(result).toEqual({ sound: true, events: EVENTS, problems: [] });
    expect(steps).toEqual(['structure 0/1', 'structure 1/1', `events ${EVENTS}/${EVENTS}`, 'streams 0/0']);
    const enough = new AbortController();
    const ended = checkSqliteLog(file, { signal: enough.signal });
    enough.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
  });
});

/** Changes one bit at the first place where the marker stands. */
function flipIn(marker: string): (bytes: Buffer) => void {
  return (bytes) => {
    const at = bytes.indexOf(marker);
    expect(at).toBeGreaterThan(0);
    bytes[at] = (bytes[at] ?? 0) ^ 0x04;
  };
}
