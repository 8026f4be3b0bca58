import { expect, test } from '@jest/globals';
import {
  documentsOf,
  MemoryCollection,
  type Trouble,
} from '../../../testing/simulation/memory-collection.js';
import type { StoredEvent } from '../../event-log.js';
import { importInto } from './import-events.js';
import { eventsOf } from './log-document.js';

const DOCUMENTS = documentsOf([
  ['a', 2],
  ['b', 1],
  ['a', 1],
  ['c', 3],
  ['b', 1],
  ['a', 1],
]);
const EVENTS = DOCUMENTS.flatMap(eventsOf);

/** A log that has kept the first of its documents. */
function restoredTo(documents: number): MemoryCollection {
  const collection = new MemoryCollection();
  collection.documents = DOCUMENTS.slice(0, documents);
  return collection;
}
const eventsIn = (collection: MemoryCollection): StoredEvent[] =>
  collection.documents.toSorted((one, other) => one._id - other._id).flatMap(eventsOf);

test.each([0, 1, 2, 3, 4, 5, 6])(
  '§8 · events come back at their positions: %i commits were left',
  async (left) => {
    const collection = restoredTo(left);
    const present = eventsIn(collection).length;
    const progress: unknown[] = [];
    const imported = await importInto(collection, EVENTS, (step) => progress.push(step));
    expect(imported).toEqual({ imported: EVENTS.length - present, present, head: EVENTS.length });
    expect(eventsIn(collection)).toEqual(EVENTS);
    expect(progress.at(-1)).toEqual(imported);
    // again, and from the middle: nothing more
    expect(await importInto(collection, EVENTS.slice(3))).toMatchObject({
      imported: 0,
      present: EVENTS.length - 3,
    });
    expect(eventsIn(collection)).toEqual(EVENTS);
  },
);

test.each<[Trouble[]]>([[['unclear']], [['lost']], [['late', 'unclear']]])(
  '§8 · an unclear answer is settled by reading: %j',
  async (troubles) => {
    const collection = restoredTo(2);
    collection.troubles.push(...troubles);
    await importInto(collection, EVENTS);
    collection.deliverLate();
    expect(eventsIn(collection)).toEqual(EVENTS);
  },
);

const changed = (at: number, change: Partial<StoredEvent>): StoredEvent[] =>
  EVENTS.map((event, i) => (i === at ? { ...event, ...change } : event));
test.each([
  ['another text', changed(1, { text: 'x' }), 'the log has another event at position 2'],
  ['another stream', changed(2, { streamId: 'x' }), 'the log has another event at position 3'],
  ['a gap', EVENTS.filter((_, i) => i !== 4), 'position 6 follows position 4 in what is imported'],
  ['a later start', EVENTS.slice(5), 'position 4 is missing from what is imported'],
  [
    'a version too high',
    changed(3, { streamVersion: 9 }),
    'position 4 does not continue its stream at version 9',
  ],
  [
    'a version again',
    changed(3, { streamVersion: 1 }),
    'position 4 does not continue its stream at version 1',
  ],
])('§8 · what does not fit is refused, and nothing wrong is written: %s', async (_, events, sentence) => {
  const collection = restoredTo(2);
  await expect(importInto(collection, events)).rejects.toMatchObject({
    name: 'ImportRefused',
    message: sentence,
  });
  expect(eventsIn(collection)).toEqual(EVENTS.slice(0, 3));
});

test('§8 · someone else who appends meanwhile stops the import', async () => {
  const collection = restoredTo(2);
  const insert = collection.insertOrdered.bind(collection);
  collection.insertOrdered = (documents) => {
    collection.store([
      { _id: 4, count: 7, commit: 'z/1', fromVersion: 1, events: ['1', '2', '3', '4', '5', '6', '7'] },
    ]);
    return insert(documents);
  };
  await expect(importInto(collection, EVENTS)).rejects.toMatchObject({ name: 'ImportRefused' });
});

test('§8 · a database that takes nothing ends the import as unavailable', async () => {
  const collection = restoredTo(2);
  collection.troubles.push(...Array.from({ length: 20 }, () => 'lost' as const));
  await expect(importInto(collection, EVENTS)).rejects.toMatchObject({
    name: 'LogUnavailable',
    outcome: 'unknown',
  });
});
