import { expect, test } from '@jest/globals';
import {
  documentsOf,
  hastyClock,
  MemoryCollection,
  type Trouble,
} from '../../../testing/simulation/memory-collection.js';
import type { Append } from '../../event-log.js';
import { LogUnavailable, VersionConflict } from '../../refusals.js';
import { Appender } from './appender.js';
import { MAX_BATCH_COMMANDS, MAX_BATCH_OCTETS } from './batch.js';
import type { LogCollection } from './log-collection.js';
import { documentOctets, endOf } from './log-document.js';
import { LogTail } from './log-tail.js';
import { StreamPlaces } from './stream-places.js';

function appenderOn(
  collection: LogCollection,
  options: { maxInFlight?: number; appendTimeMs?: number } = {},
) {
  const clock = hastyClock();
  const places = new StreamPlaces(collection);
  const tail = new LogTail(collection, clock, { restored: () => places.clear() });
  const heads: number[] = [];
  const appender = new Appender({
    collection,
    places,
    tail,
    clock,
    random: () => 0.5,
    maxInFlight: options.maxInFlight ?? 2_000,
    appendTimeMs: options.appendTimeMs ?? 5_000,
    onAppended: (head) => heads.push(head),
  });
  return { appender, tail, places, heads, clock };
}

const commit = (
  streamId: string,
  expectedVersion = 0,
  events = [`${streamId} ${expectedVersion}`],
): Append => ({
  streamId,
  expectedVersion,
  events,
  commitId: 'any',
});
const events = (collection: MemoryCollection): string[] => collection.documents.flatMap((one) => one.events);

test('§4 · what is asked for in one turn goes out as one request, with consecutive positions', async () => {
  const collection = new MemoryCollection();
  const { appender, heads } = appenderOn(collection);
  const places = await Promise.all([
    appender.append(commit('a', 0, ['1', '2'])),
    appender.append(commit('b')),
    appender.append(commit('c', 0, ['3', '4'])),
  ]);
  expect(places).toEqual([
    { streamVersion: 2, position: 2 },
    { streamVersion: 1, position: 3 },
    { streamVersion: 2, position: 5 },
  ]);
  expect(collection.requests).toHaveLength(1);
  expect(collection.documents[2]).toEqual({
    _id: 4,
    count: 2,
    commit: 'c/1',
    fromVersion: 1,
    events: ['3', '4'],
  });
  expect(heads.at(-1)).toBe(5);
  expect(appender.counters()).toEqual({ renumbered: 0, batches: 1, commands: 3, largestBatch: 3 });
});

test('§4 · a request has at most 500 commands and 8 MiB', async () => {
  const collection = new MemoryCollection();
  const { appender } = appenderOn(collection);
  const large = 'x'.repeat(200 * 1024);
  await Promise.all([
    ...Array.from({ length: 1_200 }, (_, i) => appender.append(commit(`small-${i}`))),
    ...Array.from({ length: 100 }, (_, i) => appender.append(commit(`large-${i}`, 0, [`${i}${large}`]))),
  ]);
  expect(collection.requests.length).toBeGreaterThanOrEqual(5);
  for (const request of collection.requests) {
    expect(request.length).toBeLessThanOrEqual(MAX_BATCH_COMMANDS);
    const octets = request.map((one) => documentOctets({ streamId: one.commit, events: one.events }));
    expect(octets.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(MAX_BATCH_OCTETS);
  }
});

test.each<[string, Trouble]>([
  ['which are there', 'unclear'],
  ['which are not there', 'lost'],
])('§4 · an unclear answer is settled by reading the commands, %s', async (_, trouble) => {
  const collection = new MemoryCollection();
  collection.troubles.push(trouble, trouble);
  const { appender } = appenderOn(collection);
  const answers = await Promise.all([appender.append(commit('a')), appender.append(commit('b'))]);
  expect(answers.map(({ position }) => position)).toEqual([1, 2]);
  expect(events(collection)).toEqual(['a 0', 'b 0']);
});

test('§4 · a late copy: the position that is found is acknowledged, not the one that was sent last', async () => {
  const collection = new MemoryCollection();
  const { appender } = appenderOn(collection);
  const store = collection.store.bind(collection);
  // the first copy arrives when the second is on its way, whose numbers others have taken
  collection.troubles.push('late');
  collection.store = (documents) => {
    collection.store = store;
    collection.deliverLate();
    store(
      documentsOf([
        ['z', 1],
        ['z', 1],
      ]).slice(1),
    );
    return store(documents);
  };
  expect(await appender.append(commit('a'))).toEqual({ streamVersion: 1, position: 1 });
  expect(events(collection).filter((text) => text === 'a 0')).toHaveLength(1);
});

test('§4 · a duplicate with nothing at the key stays undecided, and goes out behind the new end', async () => {
  const collection = new MemoryCollection();
  const { appender, tail } = appenderOn(collection);
  await tail.read();
  collection.store(documentsOf([['other', 3]]));
  expect(await appender.append(commit('a'))).toEqual({ streamVersion: 1, position: 4 });
  expect(collection.requests.map(([first]) => first?._id)).toEqual([1, 4]);
  expect(appender.counters().renumbered).toBe(1);
});

test('§4 · where others append, the end is looked for first; where nobody does, it is not', async () => {
  const collection = new MemoryCollection();
  const { appender, clock } = appenderOn(collection);
  const looks = () => collection.reads.filter(([what]) => what === 'tail').length;
  const others = (position: number) =>
    collection.store([
      { _id: position, count: 1, commit: `other/${position}`, fromVersion: position, events: ['x'] },
    ]);
  await appender.append(commit('a'));
  const alone = looks();
  await clock.pause(10);
  await appender.append(commit('b'));
  expect(looks()).toBe(alone);

  others(3);
  await appender.append(commit('c')); // runs into the other, once
  expect(appender.counters().renumbered).toBe(1);
  others(5);
  await clock.pause(10);
  expect(await appender.append(commit('d'))).toEqual({ streamVersion: 1, position: 6 });
  expect(appender.counters().renumbered).toBe(1);

  await clock.pause(2_000);
  await appender.append(commit('e')); // looks because the last look is old
  const later = looks();
  await clock.pause(10);
  await appender.append(commit('f'));
  expect(looks()).toBe(later);
});

test('§4 · only texts of another at the key are a conflict, and its neighbours get in', async () => {
  const collection = new MemoryCollection();
  collection.store(documentsOf([['taken', 1]]));
  const { appender } = appenderOn(collection);
  const answers = await Promise.allSettled([
    appender.append(commit('a')),
    appender.append(commit('taken')),
    appender.append(commit('b')),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(answers[1]).toMatchObject({ reason: expect.any(VersionConflict) });
});

test('§4 · a shorter stream is a conflict only after a read that is not older than the call', async () => {
  const collection = new MemoryCollection();
  collection.store(documentsOf([['a', 1]]));
  const { appender } = appenderOn(collection);
  await expect(appender.append(commit('a', 4))).rejects.toBeInstanceOf(VersionConflict);
  expect(collection.confirmations).toBe(1);
  expect(collection.requests).toEqual([]);
  // what the first read did not know yet, and the second does
  const confirm = collection.confirm.bind(collection);
  collection.confirm = async () => {
    collection.store([{ _id: 2, count: 3, commit: 'a/2', fromVersion: 2, events: ['x', 'y', 'z'] }]);
    await confirm();
  };
  expect(await appender.append(commit('a', 4))).toEqual({ streamVersion: 5, position: 5 });
});

test('§4 · commands that want the same place wait for the first, and delay nobody', async () => {
  const collection = new MemoryCollection();
  const { appender } = appenderOn(collection);
  const answers = await Promise.allSettled([
    ...Array.from({ length: 3 }, (_, i) => appender.append(commit('same', 0, [`same ${i}`]))),
    appender.append(commit('same', 0, ['same 0'])),
    appender.append(commit('b')),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(collection.requests).toHaveLength(1);
});

test('§4 · given up: 503 and unknown once it was sent, never a conflict; not written before', async () => {
  const collection = new MemoryCollection();
  collection.troubles.push(...Array.from({ length: 1_000 }, () => 'lost' as const));
  const { appender, tail } = appenderOn(collection, { appendTimeMs: 300 });
  await expect(appender.append(commit('a'))).rejects.toMatchObject({
    name: 'LogUnavailable',
    reason: 'storage',
    outcome: 'unknown',
  });
  expect(tail.head).toBe(0); // numbers that were merely sent move nothing
  collection.readsFail = true;
  await expect(appender.append(commit('b', 3))).rejects.toMatchObject({ outcome: 'not written' });
  collection.readsFail = false;
  collection.troubles.length = 0;
  expect(await appender.append(commit('a'))).toEqual({ streamVersion: 1, position: 1 });
});

test('§4 · when everything is given up, nothing asks the database any more', async () => {
  const collection = new MemoryCollection();
  collection.readsFail = true;
  const { appender, clock } = appenderOn(collection, { appendTimeMs: 300 });
  await expect(appender.append(commit('a'))).rejects.toMatchObject({ outcome: 'not written' });
  await clock.pause(1_000);
  const reads = collection.reads.length;
  await clock.pause(60_000);
  expect(collection.reads).toHaveLength(reads);
});

test('§4 · appends in flight are bounded; a closed appender answers what it has admitted', async () => {
  const collection = new MemoryCollection();
  const { appender } = appenderOn(collection, { maxInFlight: 2 });
  const admitted = [appender.append(commit('a')), appender.append(commit('b'))];
  await expect(appender.append(commit('c'))).rejects.toMatchObject({
    reason: 'busy',
    outcome: 'not written',
  });
  const drained = appender.drain();
  await expect(appender.append(commit('d'))).rejects.toMatchObject({ reason: 'closed' });
  await drained;
  expect((await Promise.all(admitted)).map(({ position }) => position)).toEqual([1, 2]);
});

test.each([
  ['own memory', (tail: LogTail) => void tail],
  ['a position that somebody else has seen', (tail: LogTail) => tail.notePositionSeen(9)],
])('§8 · a log restored to an earlier state takes no appends: %s', async (_, note) => {
  const collection = new MemoryCollection();
  const { appender, tail } = appenderOn(collection);
  const kept = await appender.append(commit('a')).then(() => [...collection.documents]);
  await appender.append(commit('b'));
  const lost = collection.documents.slice(1);
  note(tail);
  collection.documents = kept;
  await tail.read();
  await expect(appender.append(commit('c'))).rejects.toMatchObject({
    reason: 'restored',
    outcome: 'not written',
  });
  expect(tail.restored).toEqual({ seen: tail.restored?.seen, tail: 1 });
  expect(collection.documents).toEqual(kept);

  collection.documents = [...kept, ...lost];
  collection.store(
    documentsOf([
      ['x', 2],
      ['y', 7],
    ]).slice(1),
  ); // positions 3 to 9
  expect(await appender.append(commit('c'))).toEqual({ streamVersion: 1, position: 10 });
  expect(tail.restored).toBeNull();
});

test('§8 · another history in the place of what was there takes no appends for good', async () => {
  const collection = new MemoryCollection();
  const { appender, tail } = appenderOn(collection);
  await appender.append(commit('a'));
  collection.documents = documentsOf([
    ['other', 1],
    ['other', 5],
  ]);
  await tail.read();
  for (let i = 0; i < 2; i++) {
    await expect(appender.append(commit('b'))).rejects.toBeInstanceOf(LogUnavailable);
    expect(endOf(collection.documents.at(-1) ?? null)).toBe(6);
  }
});

test('§8 · a position seen elsewhere is no restored log when the log has it', async () => {
  const collection = new MemoryCollection();
  const { appender, tail } = appenderOn(collection);
  await appender.append(commit('a'));
  collection.store([{ _id: 2, count: 5, commit: 'b/1', fromVersion: 1, events: ['1', '2', '3', '4', '5'] }]);
  tail.notePositionSeen(6);
  expect(await appender.append(commit('c'))).toEqual({ streamVersion: 1, position: 7 });
  expect(collection.requests).toHaveLength(2); // it looked first, instead of running into a duplicate
});

test.each<[string, (now: { tail: LogTail; pass: () => Promise<void> }) => Promise<void> | void]>([
  ['after an interruption', ({ tail }) => tail.doubt()],
  ['after a second', ({ pass }) => pass()],
])('§8 · the end is looked for before it is appended to: %s', async (_, happen) => {
  const collection = new MemoryCollection();
  const { appender, tail, clock } = appenderOn(collection);
  await appender.append(commit('a'));
  await appender.append(commit('b'));
  collection.documents.length = 1;
  await happen({ tail, pass: () => clock.pause(1_500) });
  await expect(appender.append(commit('c'))).rejects.toMatchObject({
    reason: 'restored',
    outcome: 'not written',
  });
  await expect(appender.append(commit('b', 1))).rejects.toMatchObject({ reason: 'restored' });
  expect(collection.documents).toHaveLength(1);
});
