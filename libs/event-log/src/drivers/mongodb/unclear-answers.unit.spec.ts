import { expect, test } from '@jest/globals';
import { documentsOf } from '../../../testing/simulation/memory-collection.js';
import { type Answer, startPrimary } from '../../../testing/primary.js';
import { connectLog } from './connect-log.js';
import { mongodbLogCollection } from './mongodb-log-collection.js';

// What the real driver makes of answers that no healthy server gives: only one of them says that all is stored.

const DOCUMENTS = documentsOf([
  ['a', 1],
  ['b', 2],
]);
const DUPLICATE = { index: 1, code: 11_000, keyPattern: { _id: 1 }, errmsg: 'E11000 quotes "a text"' };
const WRITE_CONCERN = { code: 64, codeName: 'WriteConcernTimeout', errmsg: 'waiting for replication' };

const unclear = (because: string) => ({ acknowledged: false, because, full: false });

test.each<[string, ReturnType<Answer>, object]>([
  ['all of it', { ok: 1, n: 2 }, { acknowledged: true }],
  ['fewer than were sent', { ok: 1, n: 1 }, unclear('not all of it was acknowledged')],
  ['a duplicate', { ok: 1, n: 1, writeErrors: [DUPLICATE] }, unclear('write error 11000')],
  ['all of it, but no majority yet', { ok: 1, n: 2, writeConcernError: WRITE_CONCERN }, unclear('error 64')],
  [
    'a duplicate, and no majority yet, which is the code that the error carries',
    { ok: 1, n: 1, writeErrors: [DUPLICATE], writeConcernError: WRITE_CONCERN },
    unclear('error 64'),
  ],
  [
    'no primary any more',
    { ok: 0, code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
    unclear('error 10107 (NotWritablePrimary)'),
  ],
  [
    'killed by a shutdown, which the driver would retry',
    { ok: 0, code: 91, codeName: 'ShutdownInProgress', errmsg: 'x', errorLabels: ['RetryableWriteError'] },
    unclear('error 91 (ShutdownInProgress)'),
  ],
  [
    'no space left',
    { ok: 0, code: 14_031, codeName: 'OutOfDiskSpace', errmsg: 'x' },
    { acknowledged: false, because: 'error 14031 (OutOfDiskSpace)', full: true },
  ],
  ['none: the connection breaks', null, unclear('no answer')],
])('§4 · one message, sent once, and answered: %s', async (_, answer, inserted) => {
  const primary = await startPrimary(({ insert }) => (insert === 'log' ? answer : { ok: 1 }));
  const connection = await connectLog({ url: `${primary.url}&retryWrites=true&w=1`, database: 'log' });
  try {
    expect(await mongodbLogCollection(connection).insertOrdered(DOCUMENTS)).toEqual(inserted);
    expect(primary.commands).toMatchObject([
      { insert: 'log', ordered: true, writeConcern: { w: 'majority', j: true }, documents: DOCUMENTS },
    ]);
    expect(primary.commands[0]).not.toHaveProperty('txnNumber');
  } finally {
    await connection.client.close();
    await primary.stop();
  }
});
