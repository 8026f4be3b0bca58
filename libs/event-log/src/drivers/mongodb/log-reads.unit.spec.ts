import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { documentsOf, hastyClock, MemoryCollection } from '../../../testing/simulation/memory-collection.js';
import { eventsOf, lastVersionOf, readCommitKey } from './log-document.js';
import { logReads } from './log-reads.js';
import { LogTail } from './log-tail.js';
import { StreamPlaces } from './stream-places.js';

function readsOn(commits: readonly (readonly [string, number])[]) {
  const collection = new MemoryCollection();
  collection.documents = documentsOf(commits);
  const places = new StreamPlaces(collection);
  const tail = new LogTail(collection, hastyClock(), { restored: () => places.clear() });
  return { collection, places, tail, reads: logReads({ collection, places, tail }) };
}
const commits = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a/1'), fc.integer({ min: 1, max: 40 })), {
  maxLength: 120,
});

test('§4 · pages of any size, from anywhere, are the log', async () => {
  await fc.assert(
    fc.asyncProperty(commits, fc.integer({ min: 1, max: 60 }), fc.nat(300), async (given, limit, start) => {
      const { collection, reads } = readsOn(given);
      const whole = collection.documents.flatMap(eventsOf);
      for (let after = start; ; after += limit) {
        const page = await reads.readAll({ after, limit });
        expect(page).toEqual(whole.slice(after, after + limit));
        if (page.length < limit) break;
      }
    }),
    { numRuns: 60 },
  );
});

test('§4 · a stream is its part of the log, after any version', async () => {
  await fc.assert(
    fc.asyncProperty(
      commits,
      fc.nat(200),
      fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      async (given, afterVersion, limit) => {
        const { collection, reads } = readsOn(given);
        for (const streamId of ['a', 'b', 'a/1', 'unknown']) {
          const stream = collection.documents
            .flatMap(eventsOf)
            .filter((event) => event.streamId === streamId);
          const page = stream.slice(afterVersion, limit === undefined ? undefined : afterVersion + limit);
          expect(await reads.readStream(streamId, { afterVersion, limit })).toEqual(page);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('§4 · what stands after any version of a stream is found, whatever is known already', async () => {
  await fc.assert(
    fc.asyncProperty(commits, fc.nat(200), fc.nat(200), async (given, known, version) => {
      const { collection, places } = readsOn(given);
      const stream = collection.documents.filter(({ commit }) => readCommitKey(commit).streamId === 'a');
      const noted = stream[known % Math.max(1, stream.length)];
      if (noted !== undefined) places.note(noted);
      const ends = [0, ...stream.map(lastVersionOf)];
      const around = stream.find(
        (one) => one.fromVersion <= version + 1 && version + 1 <= lastVersionOf(one),
      );
      const expected =
        around !== undefined
          ? { kind: 'taken', document: around }
          : version === ends.at(-1)
            ? { kind: 'free', n: ends.length }
            : { kind: 'short' };
      expect(await places.after('a', version)).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('§4 · a page asks for no position beyond the end of the log', async () => {
  const { collection, tail, reads } = readsOn([
    ['a', 2],
    ['b', 1],
  ]);
  await tail.read();
  expect(await reads.readAll({ after: 0, limit: 100 })).toHaveLength(3);
  expect(collection.reads.at(-1)).toEqual(['1', '2', '3']);
});

test('§4 · a place in a stream of 10,000 commits takes three reads', async () => {
  const { collection, places } = readsOn(Array.from({ length: 10_000 }, () => ['a', 1] as const));
  expect(await places.after('a', 7_777)).toMatchObject({ kind: 'taken', document: { commit: 'a/7778' } });
  expect(collection.reads.length).toBeLessThanOrEqual(3);
  for (const keys of collection.reads) expect(keys.length).toBeLessThanOrEqual(32);
});

test('§4 · a hole in the log is damage, not its end', async () => {
  const { collection, reads } = readsOn([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  collection.documents.splice(1, 1);
  await expect(reads.readAll({ after: 1, limit: 5 })).rejects.toMatchObject({
    name: 'LogDamaged',
    message: 'position 2 of the log is missing',
  });
});

test('§4 · a log that lost its end is unavailable to whom has read further', async () => {
  const { collection, tail, reads } = readsOn([
    ['a', 1],
    ['b', 1],
    ['c', 1],
  ]);
  await tail.read();
  collection.documents.length = 1;
  await expect(reads.readAll({ after: 1, limit: 5 })).rejects.toMatchObject({ name: 'LogUnavailable' });
});

test('§8 · a log that lost its end calls no stream unknown, until it has its end again', async () => {
  const { collection, tail, reads } = readsOn([
    ['a', 1],
    ['b', 1],
    ['a', 1],
  ]);
  const whole = [...collection.documents];
  await tail.read();
  collection.documents.length = 1;
  tail.doubt();
  await expect(reads.readStream('b')).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'restored' });
  await expect(reads.requireWhole()).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'restored' });
  expect(await reads.readStream('a')).toHaveLength(1);
  collection.documents = whole;
  expect(await reads.readStream('b')).toHaveLength(1);
  expect(await reads.readStream('unknown')).toEqual([]);
  await reads.requireWhole();
});

test('§8 · streams are read without asking for the end of the log as long as that is known', async () => {
  const { collection, tail, reads } = readsOn([['a', 1]]);
  await tail.read();
  const before = collection.reads.length;
  for (let i = 0; i < 5; i++) await reads.readStream('unknown');
  expect(collection.reads.slice(before)).not.toContainEqual(['tail']);
});
