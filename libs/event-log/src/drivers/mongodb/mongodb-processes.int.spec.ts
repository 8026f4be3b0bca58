import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { openMongodbEventLog, openMongodbLogReader, type StoredEvent } from '@rollbook/event-log';
import { readWholeLog, startChild, textFor, uniqueStream } from '@rollbook-testing/event-log';
import { describeWithServers, mongodbForSuite, type OwnMongodb, startMongodb } from '@rollbook-servers';

const PROCESSES = 3;
const APPENDS = 120;
const KILLS = 2;
/** On a busy machine, where a server takes its time to start. */
const TEST_MS = 300_000;

async function readAll(url: string, database: string): Promise<StoredEvent[]> {
  const reader = await openMongodbLogReader({ url, database });
  try {
    return await readWholeLog(reader, 500);
  } finally {
    await reader.close();
  }
}

/** Dense, in positions and in every stream; nothing twice; and every acknowledgement at its place. */
function expectExact(whole: readonly StoredEvent[], lines: readonly string[]): void {
  expect(whole.map(({ position }) => position)).toEqual(whole.map((_, i) => i + 1));
  const versions = new Map<string, number>();
  for (const { streamId, streamVersion } of whole) {
    expect([streamId, streamVersion]).toEqual([streamId, (versions.get(streamId) ?? 0) + 1]);
    versions.set(streamId, streamVersion);
  }
  expect(new Set(whole.map(({ text }) => text)).size).toBe(whole.length);
  expect(lines.filter((line) => line.startsWith('conflict'))).toEqual([]);
  for (const line of lines) {
    const [streamId, streamVersion, position, eventId] = line.split(' ');
    const event = whole[Number(position) - 1];
    expect(event).toMatchObject({ streamId, streamVersion: Number(streamVersion) });
    expect(JSON.parse(event?.text ?? '{}')).toMatchObject({ eventId });
  }
}

describeWithServers('several processes on one MongoDB', ['mongodb'], () => {
  let mongodb: OwnMongodb;
  beforeAll(async () => {
    mongodb = await startMongodb({ durable: true });
  }, TEST_MS);
  afterAll(() => mongodb.stop());

  test(
    `§4 · ${PROCESSES} processes at once: one dense log, every acknowledged append at its place`,
    async () => {
      const suite = await mongodbForSuite();
      const { url, database } = suite;
      const children = Array.from({ length: PROCESSES }, () =>
        startChild('mongodb-append-load.js', [url, database, String(APPENDS)]),
      );
      try {
        for (const { ended } of children) expect(await ended).toEqual({ status: 0, errors: '' });
        const lines = children.map((child) => child.lines().filter((line) => line !== 'ready'));
        for (const own of lines) expect(own.length).toBeGreaterThanOrEqual(APPENDS);
        expectExact(await readAll(url, database), lines.flat());
      } finally {
        await Promise.all(children.map((child) => child.kill()));
        await suite.drop();
      }
    },
    TEST_MS,
  );

  test(
    `§8 · the database killed ${KILLS} times under load, and a process with it: nothing acknowledged is lost, nothing twice`,
    async () => {
      const start = () => startChild('mongodb-append-load.js', [mongodb.url, 'killed', '1000000']);
      const children = [start(), start()];
      try {
        await Promise.all(children.map((child) => child.printed(20)));
        for (let kill = 0; kill < KILLS; kill++) {
          await setTimeout(Math.random() * 300);
          await mongodb.kill9();
          if (kill % 2 === 0) await children.at(-1)?.kill();
          await mongodb.restart();
          if (kill % 2 === 0) children.push(start());
          const going = children.at(-1);
          await going?.printed(going.lines().length + 20);
        }
        await Promise.all(children.map((child) => child.kill()));
        const lines = children.flatMap((child) => child.lines()).filter((line) => line !== 'ready');
        expectExact(await readAll(mongodb.url, 'killed'), lines);
        expect(lines.length).toBeGreaterThan(KILLS * 20);
      } finally {
        await Promise.all(children.map((child) => child.kill()));
      }
    },
    TEST_MS,
  );

  test(
    '§8 · a database restored to an earlier copy is noticed before the next append, by memory and by hearsay',
    async () => {
      const location = { url: mongodb.url, database: 'restored' };
      const log = await openMongodbEventLog(location);
      const opened = [log];
      const append = (streamId: string) =>
        log.append({ streamId, expectedVersion: 0, events: [textFor(streamId, 1)], commitId: streamId });
      try {
        await append(uniqueStream());
        const copy = await mongodb.snapshot();
        const lost = uniqueStream();
        await append(lost);
        await append(uniqueStream());
        await mongodb.restore(copy);
        const other = await openMongodbEventLog(location); // started since, it remembers nothing
        opened.push(other);
        other.notePositionSeen(3);
        for (const refusing of opened) {
          await expect(refusing.readStream(lost)).rejects.toMatchObject({ reason: 'restored' });
          const streamId = uniqueStream();
          const late = { streamId, expectedVersion: 0, events: [textFor(streamId, 1)], commitId: streamId };
          await expect(refusing.append(late)).rejects.toMatchObject({
            name: 'LogUnavailable',
            reason: 'restored',
          });
          expect(refusing.restored()).toEqual({ seen: 3, tail: 1 });
        }
        expect(await readAll(mongodb.url, 'restored')).toHaveLength(1);
      } finally {
        await Promise.all(opened.map((one) => one.close()));
      }
    },
    TEST_MS,
  );

  test(
    '§8 · without its database: reads and appends are unavailable for a while, and nothing else',
    async () => {
      const log = await openMongodbEventLog({ url: mongodb.url, database: 'away', appendTimeMs: 1_000 });
      try {
        const append = (streamId: string) =>
          log.append({ streamId, expectedVersion: 0, events: [textFor(streamId, 1)], commitId: streamId });
        const [before, during] = [uniqueStream(), uniqueStream()];
        await append(before);
        const waiting = log.waitAfter(1, new AbortController().signal).catch((error: unknown) => error);
        await mongodb.kill9();
        await expect(append(during)).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'storage' });
        await expect(log.readStream(before)).rejects.toMatchObject({
          name: 'LogUnavailable',
          reason: 'storage',
        });
        await expect(log.head()).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'storage' });
        expect(await waiting).toMatchObject({ name: 'LogUnavailable' });
        await mongodb.restart();
        expect(await log.readStream(before)).toHaveLength(1);
        expect((await append(uniqueStream())).position).toBeGreaterThan(1);
      } finally {
        await log.close();
      }
    },
    TEST_MS,
  );
});
