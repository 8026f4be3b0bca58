import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  checkSqliteLog,
  lockDataDirectory,
  openSqliteEventLog,
  openSqliteLogReader,
  type StoredEvent,
} from '@rollbook/event-log';
import { readWholeLog, startChild, textFor, uniqueStream } from '@rollbook-testing/event-log';

const KILLS = 5;

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-log-'));
  try {
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Every line that a load process printed is an acknowledgement, and must be in the log just there. */
function expectAcknowledged(lines: readonly string[], whole: readonly StoredEvent[]): void {
  for (const line of lines) {
    const [streamId, streamVersion, position, eventId] = line.split(' ');
    const event = whole[Number(position) - 1];
    expect(event).toMatchObject({ streamId, streamVersion: Number(streamVersion) });
    expect(JSON.parse(event?.text ?? '{}')).toMatchObject({ eventId });
  }
}

test(`§8 · killed ${KILLS} times under load: every acknowledged append is there, once, dense`, () =>
  inDirectory(async (directory) => {
    const file = path.join(directory, 'log.sqlite');
    const acknowledged: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const child = startChild('append-load.js', [file]);
      await child.printed(2 + Math.floor(Math.random() * 3_000)).finally(() => child.kill());
      acknowledged.push(...child.lines().filter((line) => line !== 'ready'));
      const log = await openSqliteEventLog({ file });
      const whole = await readWholeLog(log, 500);
      expect(whole.map(({ position }) => position)).toEqual(whole.map((_, i) => i + 1));
      expectAcknowledged(acknowledged, whole);
      await log.close();
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    expect(await checkSqliteLog(file)).toMatchObject({ sound: true, problems: [] });
  }));

test.each([
  ['the file may not grow (max_page_count)', ['400'], undefined, 'full'],
  ['the process may not write further (ulimit -f)', [], 2_048, 'storage'],
])('§8 · no space, %s: 503, nothing half written, and on it goes with space', (_, args, maxFileKiB, reason) =>
  inDirectory(async (directory) => {
    const file = path.join(directory, 'log.sqlite');
    const child = startChild('append-load.js', [file, ...args], { maxFileKiB });
    expect(await child.ended).toEqual({ status: 0, errors: '' });
    const lines = child.lines().filter((line) => line !== 'ready');
    const refused = lines.filter((line) => line.startsWith('refused'));
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused)).toEqual(new Set([`refused ${reason} not written`]));

    const log = await openSqliteEventLog({ file });
    const acknowledged = lines.filter((line) => !line.startsWith('refused'));
    const whole = await readWholeLog(log, 500);
    expectAcknowledged(acknowledged, whole);
    expect(Math.max(...acknowledged.map((line) => Number(line.split(' ')[2])))).toBe(whole.length);
    const streamId = uniqueStream();
    const append = { streamId, expectedVersion: 0, events: [textFor(streamId, 1)], commitId: 'space' };
    expect(await log.append(append)).toEqual({ streamVersion: 1, position: whole.length + 1 });
    await log.close();
    expect(await checkSqliteLog(file)).toMatchObject({ sound: true });
  }),
);

test('§4 · one process per data directory, freed by any death', () =>
  inDirectory(async (directory) => {
    const child = startChild('hold-data-directory.js', [directory]);
    try {
      await child.printed(1);
      expect(() => lockDataDirectory(directory)).toThrow(
        `another process is using the data directory ${directory}: only one may`,
      );
    } finally {
      await child.kill();
    }
    const lock = lockDataDirectory(directory);
    expect(() => lockDataDirectory(directory)).toThrow('only one may');
    lock.release();
    lockDataDirectory(directory).release();
  }));

test('§12 · files of the log are for their owner only', () =>
  inDirectory(async (directory) => {
    const file = path.join(directory, 'log.sqlite');
    const log = await openSqliteEventLog({ file });
    const lock = lockDataDirectory(directory);
    const streamId = uniqueStream();
    await log.append({ streamId, expectedVersion: 0, events: [textFor(streamId, 1)], commitId: 'first' });
    for (const name of ['log.sqlite', 'log.sqlite-wal', 'log.sqlite-shm', 'lock.sqlite']) {
      expect([name, statSync(path.join(directory, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
    lock.release();
    await log.close();
  }));

test('§4 · appends in flight are bounded: the one too many is refused as busy, the others get in', () =>
  inDirectory(async (directory) => {
    const log = await openSqliteEventLog({ file: path.join(directory, 'log.sqlite'), maxInFlight: 4 });
    const append = (streamId: string) =>
      log.append({ streamId, expectedVersion: 0, events: [textFor(streamId, 1)], commitId: streamId });
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => append(uniqueStream())));
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(answers[4]).toMatchObject({
      reason: { name: 'LogUnavailable', reason: 'busy', outcome: 'not written', retryAfterSeconds: 1 },
    });
    expect(await append(uniqueStream())).toMatchObject({ position: 5 });
    await log.close();
  }));

test('§4 · a plain reader follows beside the writer, and needs a log that exists', () =>
  inDirectory(async (directory) => {
    const file = path.join(directory, 'log.sqlite');
    expect(() => openSqliteLogReader({ file })).toThrow(`${file} cannot be read`);
    const log = await openSqliteEventLog({ file });
    const reader = openSqliteLogReader({ file });
    expect(await reader.head()).toBe(0);
    const streamId = uniqueStream();
    const events = [textFor(streamId, 1), textFor(streamId, 2)];
    await log.append({ streamId, expectedVersion: 0, events, commitId: 'two' });
    expect(await reader.head()).toBe(2);
    expect((await reader.readAll({ after: 1, limit: 10 })).map(({ text }) => text)).toEqual(events.slice(1));
    expect((await reader.readStream(streamId)).map(({ text }) => text)).toEqual(events);
    await reader.close();
    await expect(reader.head()).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'closed' });
    await log.close();
  }));
