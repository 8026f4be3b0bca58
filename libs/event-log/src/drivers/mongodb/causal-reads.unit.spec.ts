import { expect, test } from '@jest/globals';
import { Long, Timestamp } from 'mongodb';
import { startPrimary } from '../../../testing/primary.js';
import { documentsOf } from '../../../testing/simulation/memory-collection.js';
import { connectLog } from './connect-log.js';
import type { LogCollection } from './log-collection.js';
import { mongodbLogCollection } from './mongodb-log-collection.js';

// A primary that was cut off may answer from the past, unless it is told which moment the answer must not be older than.

const at = (t: number): Timestamp => new Timestamp({ t, i: 1 });
const EMPTY = { ok: 1, cursor: { id: Long.ZERO, ns: 'log.log', firstBatch: [] } };

/** What the collection is used for, on a primary at these moments, one for each command; and the commands. */
async function commandsOf(
  moments: readonly number[],
  use: (collection: LogCollection) => Promise<unknown>,
): Promise<Record<string, unknown>[]> {
  const left = moments.map(at);
  const primary = await startPrimary((command) => ({
    ...('find' in command ? EMPTY : { ok: 1, n: 1 }),
    operationTime: left.shift(),
  }));
  const connection = await connectLog({ url: primary.url, database: 'log' });
  try {
    await use(mongodbLogCollection(connection));
    expect(left).toEqual([]);
    return primary.commands;
  } finally {
    await connection.client.close();
    await primary.stop();
  }
}

test.each<[string, (collection: LogCollection) => Promise<unknown>]>([
  ['a stream', (collection) => collection.findByCommits(['a/1'])],
  ['positions', (collection) => collection.findByPositions([1])],
  ['the end', (collection) => collection.tail(null)],
])('§4 · what is read is not older than what this process has been told: %s', async (_, read) => {
  const commands = await commandsOf([20, 10, 30, 30], async (collection) => {
    await collection.insertOrdered(documentsOf([['a', 1]]));
    // the answer of a server that is behind sets nothing back
    await read(collection);
    await read(collection);
    await read(collection);
  });
  const concerns = commands.filter(({ find }) => find === 'log').map(({ readConcern }) => readConcern);
  expect(concerns).toEqual([20, 20, 30].map((t) => ({ level: 'majority', afterClusterTime: at(t) })));
});

test('§4 · what is read after a confirmation is not older than it, which a majority has acknowledged', async () => {
  const commands = await commandsOf([40, 41], async (collection) => {
    await collection.confirm();
    await collection.findByCommits(['a/1']);
  });
  expect(commands).toMatchObject([
    { update: 'log_format', writeConcern: { w: 'majority', j: true } },
    { find: 'log', readConcern: { level: 'majority', afterClusterTime: at(40) } },
  ]);
});
