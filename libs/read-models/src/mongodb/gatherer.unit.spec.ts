import { setImmediate as nextTurn } from 'node:timers/promises';
import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { ENOUGH_OPERATIONS, Gatherer } from './gatherer.js';

type Document = { _id: string; streamVersion: number };
type Operation =
  { insertOne: { document: Document } } | { replaceOne: { filter: Document; replacement: Document } };

const insert = (_id: string): Operation => ({ insertOne: { document: { _id, streamVersion: 1 } } });
const replace = (_id: string, streamVersion: number): Operation => ({
  replaceOne: { filter: { _id, streamVersion }, replacement: { _id, streamVersion: streamVersion + 1 } },
});
const inserts = (prefix: string, count: number): Operation[] =>
  Array.from({ length: count }, (_, i) => insert(`${prefix}${i}`));

/** What the driver throws for an unordered bulk. */
function bulkError(
  writeErrors: { index: number; code: number }[],
  counts: { insertedCount: number; matchedCount: number },
  concern?: object,
): Error {
  const result = { ...counts, getWriteConcernError: () => concern };
  return Object.assign(new Error('bulk write'), { writeErrors, result });
}

/** A collection in memory. Each request is answered when it is told to be. */
class MemoryCollection {
  readonly versions = new Map<string, number>();
  readonly requests: Operation[][] = [];
  /** Operations that took effect. */
  readonly done = new Set<Operation>();
  /** Runs before, or instead of, each request. */
  around = async (write: () => void): Promise<void> => write();

  readonly send = async (operations: Operation[]) => {
    this.requests.push(operations);
    const counts = { insertedCount: 0, matchedCount: 0 };
    const duplicates: { index: number; code: number }[] = [];
    await this.around(() => {
      for (const [index, operation] of operations.entries()) {
        const found = this.#write(operation);
        if (found) this.done.add(operation);
        if ('replaceOne' in operation) counts.matchedCount += found ? 1 : 0;
        else if (found) counts.insertedCount += 1;
        else duplicates.push({ index, code: 11000 });
      }
    });
    if (duplicates.length > 0) throw bulkError(duplicates, counts);
    return counts;
  };

  #write(operation: Operation): boolean {
    const insertion = 'insertOne' in operation;
    const { _id, streamVersion } = insertion ? operation.insertOne.document : operation.replaceOne.filter;
    if (this.versions.get(_id) !== (insertion ? undefined : streamVersion)) return false;
    this.versions.set(_id, insertion ? streamVersion : streamVersion + 1);
    return true;
  }
}

function world(stored: Record<string, number> = {}) {
  const collection = new MemoryCollection();
  for (const [_id, version] of Object.entries(stored)) collection.versions.set(_id, version);
  return { collection, gatherer: new Gatherer<Operation>(collection.send) };
}

const ANSWERS: [
  name: string,
  stored: Record<string, number>,
  callers: Operation[][],
  answers: (boolean | 'rejected')[],
][] = [
  ['all found what was loaded', { c: 3 }, [[insert('a')], [insert('b'), replace('c', 3)]], [true, true]],
  ['a caller without operations', {}, [[insert('a')], []], [true, true]],
  [
    'a duplicate is told by its index: only its caller looks afresh',
    { b: 1, d: 4 },
    [[insert('a'), replace('d', 4)], [insert('b'), insert('c')], [insert('e')]],
    [true, false, true],
  ],
  [
    'a replacement that found nothing is only a number: whoever has some looks afresh',
    { c: 3, d: 5 },
    [[insert('a')], [replace('c', 3)], [replace('d', 4)]],
    [true, false, false],
  ],
  [
    'both at once',
    { b: 1, c: 3, d: 5 },
    [[insert('b')], [replace('c', 3)], [insert('a'), replace('d', 4)], [insert('e')]],
    [false, false, false, true],
  ],
  ['two callers insert the same: one of them', {}, [[insert('a')], [insert('a')]], [true, false]],
];
test.each(ANSWERS)('design §8 · one bulk · %s', async (_name, stored, callers, answers) => {
  const { collection, gatherer } = world(stored);
  const given = await Promise.all(callers.map((operations) => gatherer.write(operations)));
  expect(given).toEqual(answers);
  expect(collection.requests).toEqual([callers.flat()]);
});

const NOTHING = { insertedCount: 1, matchedCount: 1 };
const UNKNOWN: [name: string, error: unknown][] = [
  ['a network failure', new Error('socket closed')],
  ['a network failure in the second part of a bulk', bulkError([], NOTHING)],
  ['no majority', bulkError([{ index: 0, code: 11000 }], NOTHING, { code: 64 })],
  ['another error beside a duplicate', bulkError([{ index: 0, code: 11000 }, { index: 1, code: 50 }], NOTHING)], // prettier-ignore
  ['an error without a result', Object.assign(new Error(), { writeErrors: [{ index: 0, code: 11000 }] })],
];
test.each(UNKNOWN)('design §8 · %s: the outcome is unknown to every caller', async (_name, error) => {
  const gatherer = new Gatherer<Operation>(() => Promise.reject(error));
  const given = await Promise.allSettled([insert('a'), replace('b', 1)].map((one) => gatherer.write([one])));
  expect(given.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  // The next one is a new attempt.
  await expect(gatherer.write([insert('c')])).rejects.toBe(error);
});

const UNTOLD: [name: string, sends: () => Promise<never>][] = [
  ['no index', () => Promise.reject(bulkError([{ index: undefined as never, code: 11000 }, { index: undefined as never, code: 11000 }], { insertedCount: 0, matchedCount: 1 }))], // prettier-ignore
  ['no counts', () => Promise.reject(bulkError([{ index: 0, code: 11000 }], {} as never))],
];
test.each(UNTOLD)('a server that tells %s: nobody is told that it is done', async (_name, send) => {
  const gatherer = new Gatherer<Operation>(send);
  const callers = [[insert('a')], [insert('b')], [insert('c'), replace('d', 1)]];
  const given = await Promise.all(callers.map((operations) => gatherer.write(operations)));
  expect(given.slice(0, 2)).toEqual([false, false]);
  expect(given[2]).toBe(false);
});

test('what comes while a bulk is under way goes out together after it', async () => {
  const { collection, gatherer } = world();
  const first = Promise.withResolvers<void>();
  collection.around = (write) => (collection.requests.length === 1 ? first.promise.then(write) : Promise.resolve(write())); // prettier-ignore
  const one = gatherer.write([insert('a')]);
  while (collection.requests.length === 0) await nextTurn();
  const others = [gatherer.write([insert('b')]), nextTurn().then(() => gatherer.write([insert('c')]))];
  await nextTurn();
  await nextTurn();
  expect(collection.requests).toHaveLength(1);
  first.resolve();
  expect(await Promise.all([one, ...others])).toEqual([true, true, true]);
  expect(collection.requests).toEqual([[insert('a')], [insert('b'), insert('c')]]);
});

test('a trickle becomes few bulks, and the first one goes at once', async () => {
  const { collection } = world();
  const gatherer = new Gatherer<Operation>(collection.send, { apartMs: 500 });
  await gatherer.write([insert('a')]);
  let isDone = false;
  const later = ['b', 'c'].map((name) => gatherer.write([insert(name)]).then(() => (isDone = true)));
  for (let i = 0; i < 20; i++) await nextTurn();
  expect([isDone, collection.requests.length]).toEqual([false, 1]);
  // Enough for a bulk of their own: nothing rests any longer.
  expect(await gatherer.write(inserts('d', ENOUGH_OPERATIONS - 1), { alone: true })).toBe(true);
  void gatherer.write(inserts('e', ENOUGH_OPERATIONS - 2));
  await Promise.all(later);
  expect(collection.requests.map(({ length }) => length)).toEqual([1, 249, 250]);
});

test('a large chunk, and one that asks for it, go out by themselves and wait for nobody', async () => {
  const { collection, gatherer } = world({ taken: 1 });
  collection.around = () => new Promise(() => undefined);
  void gatherer.write([insert('a')]);
  while (collection.requests.length === 0) await nextTurn();
  collection.around = async (write) => write();
  const large = gatherer.write(inserts('large', ENOUGH_OPERATIONS));
  const alone = gatherer.write([insert('taken')], { alone: true });
  const alsoAlone = gatherer.write([insert('b')], { alone: true });
  expect(await Promise.all([large, alone, alsoAlone])).toEqual([true, false, true]);
  expect(collection.requests.map(({ length }) => length)).toEqual([1, ENOUGH_OPERATIONS, 1, 1]);
});

test('a bulk is bounded: what is enough for one goes out at once, beside those that are under way', async () => {
  const { collection, gatherer } = world();
  collection.around = () => new Promise(() => undefined);
  for (let caller = 0; caller < 50; caller++) {
    void gatherer.write(inserts(`${caller}-`, 60 + caller));
    await nextTurn();
  }
  const sizes = collection.requests.map(({ length }) => length);
  expect(Math.max(...sizes)).toBeLessThan(2 * ENOUGH_OPERATIONS);
  const sent = sizes.reduce((sum, size) => sum + size, 0);
  expect(50 * 60 + (49 * 50) / 2 - sent).toBeLessThan(ENOUGH_OPERATIONS);
});

test('design §8 · callers and rivals in any order give the same documents as one by one, and true is never wrong', async () => {
  const caller = array(integer({ min: 0, max: 3 }), { maxLength: 12 });
  const weather = record({
    fate: constantFrom('fine', 'fine', 'fine', 'lost before', 'lost after'),
    turns: integer({ min: 0, max: 3 }),
    rival: integer({ min: -8, max: 7 }),
  });
  await assert(
    asyncProperty(
      array(caller, { minLength: 1, maxLength: 5 }),
      array(weather),
      async (callers, weathers) => {
        const { collection, gatherer } = world();
        const left = [...weathers];
        collection.around = async (write) => {
          const { fate, turns, rival } = left.shift() ?? { fate: 'fine', turns: 0, rival: -1 };
          for (let turn = 0; turn < turns; turn++) await nextTurn();
          // Another projector has had this client's next event.
          const known = collection.versions.get(`${rival % 4}-${rival >> 2}`);
          if (rival >= 0 && known !== undefined)
            collection.versions.set(`${rival % 4}-${rival >> 2}`, known + 1);
          if (fate === 'lost before') throw new Error(fate);
          write();
          if (fate === 'lost after') throw new Error(fate);
        };
        const wanted = new Map<string, number>();
        const project = async (clients: number[], own: number): Promise<void> => {
          for (const client of clients) {
            const _id = `${client}-${own}`;
            const next = (wanted.get(_id) ?? 0) + 1;
            wanted.set(_id, next);
            for (let alone = false; ; alone = true) {
              const version = collection.versions.get(_id) ?? 0;
              if (version >= next) break;
              const operation = version === 0 ? insert(_id) : replace(_id, version);
              const answer = await gatherer.write([operation], { alone }).catch(() => false);
              if (answer) expect(collection.done).toContain(operation);
            }
          }
        };
        await Promise.all(callers.map(project));
        for (const [_id, version] of wanted) {
          expect(collection.versions.get(_id)).toBeGreaterThanOrEqual(version);
        }
        // Without rivals exactly the same.
        if (weathers.every(({ rival }) => rival < 0)) expect(collection.versions).toEqual(wanted);
      },
    ),
    { numRuns: 200 },
  );
});
