import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CommandStartedEvent } from 'mongodb';
import { importEvents, openMongodbEventLog, openMongodbLogReader } from '@rollbook/event-log';
import { readWholeLog, textFor, uniqueStream } from '@rollbook-testing/event-log';
import { describeWithServers, mongodbForSuite, startTcpProxy, type SuiteMongodb } from '@rollbook-servers';
import { documentsOf } from '../../../testing/simulation/memory-collection.js';
import { MAX_BATCH_OCTETS } from './batch.js';
import { connectLog, type LogConnection } from './connect-log.js';
import { ensureLog } from './ensure-log.js';
import { documentOctets } from './log-document.js';
import { mongodbLogCollection } from './mongodb-log-collection.js';

const HOSTILE =
  '?w=1&journal=false&readConcernLevel=local&readPreference=secondaryPreferred&retryWrites=true&serverSelectionTimeoutMS=60000';

describeWithServers('the MongoDB driver and its server', ['mongodb'], () => {
  let suite: SuiteMongodb;
  let databases = 0;
  beforeAll(async () => {
    suite = await mongodbForSuite();
  });
  afterAll(() => suite.drop());
  const fresh = () => `${suite.database}_${++databases}`;

  /** A connection to an empty log, and the commands that go out on it. */
  async function inLog(
    use: (log: LogConnection, commands: CommandStartedEvent[]) => Promise<void>,
    query = '',
  ): Promise<void> {
    const separator = suite.url.includes('?') ? query.replace('?', '&') : query;
    const location = { url: `${suite.url}${separator}`, database: fresh() };
    const connection = await connectLog(location, { monitorCommands: true });
    const commands: CommandStartedEvent[] = [];
    connection.client.on('commandStarted', (event) => commands.push(event));
    try {
      await ensureLog(connection);
      await use(connection, commands);
    } finally {
      await connection.client.close();
    }
  }
  const inserts = (commands: readonly CommandStartedEvent[]) =>
    commands.filter(({ commandName, command }) => commandName === 'insert' && command['insert'] === 'log');

  test('§4 · majority, journal and primary are enforced whatever the URL says', () =>
    inLog(async (connection, commands) => {
      const collection = mongodbLogCollection(connection);
      expect(
        await collection.insertOrdered(
          documentsOf([
            ['a', 2],
            ['b', 1],
          ]),
        ),
      ).toEqual({ acknowledged: true });
      await collection.findByCommits(['a/1']);
      await collection.findByPositions([1]);
      const { tail } = await collection.tail(null);
      await collection.tail(tail);
      await collection.confirm();
      const writes = commands.filter(({ commandName }) => ['insert', 'update'].includes(commandName));
      expect(writes.length).toBeGreaterThanOrEqual(3);
      for (const { command } of writes) {
        expect(command['writeConcern']).toMatchObject({ w: 'majority', j: true });
        expect(command['txnNumber']).toBeUndefined();
      }
      for (const { command } of inserts(commands)) expect(command['ordered']).toBe(true);
      const reads = commands.filter(({ commandName }) => commandName === 'find');
      expect(reads.length).toBeGreaterThanOrEqual(4);
      for (const { command } of reads) {
        expect(command['readConcern']).toMatchObject({ level: 'majority' });
        const mode = (command['$readPreference'] as { mode?: string } | undefined)?.mode;
        expect([undefined, 'primary', 'primaryPreferred']).toContain(mode);
      }
      expect(connection.client.options.serverSelectionTimeoutMS).toBe(2_000);
      expect(connection.log.readPreference?.mode).toBe('primary');
    }, HOSTILE));

  test('§4 · a batch of 8 MiB is one message', () =>
    inLog(async (connection, commands) => {
      const text = 'ü'.repeat(128 * 1024 - 100);
      const octets = documentOctets({ streamId: 's000', events: [text] });
      const streams = Array.from({ length: Math.floor(MAX_BATCH_OCTETS / octets) }, (_, i) => `s${i}`);
      const documents = documentsOf(streams.map((streamId) => [streamId, 1] as const)).map((document) => ({
        ...document,
        events: [text],
      }));
      expect(await mongodbLogCollection(connection).insertOrdered(documents)).toEqual({ acknowledged: true });
      expect(inserts(commands)).toHaveLength(1);
      expect(documents.length * octets).toBeGreaterThan(MAX_BATCH_OCTETS - octets);
    }));

  test('§4 · a batch of 500 commands is one message', () =>
    inLog(async (connection, commands) => {
      const documents = documentsOf(Array.from({ length: 500 }, (_, i) => [`s${i}`, 1] as const));
      expect(await mongodbLogCollection(connection).insertOrdered(documents)).toEqual({ acknowledged: true });
      expect(inserts(commands)).toHaveLength(1);
    }));

  test.each([
    ['position', { _id: 2 }],
    ['commit', { commit: 'taken/1' }],
  ])(
    '§4 · a duplicate %s in the middle: what comes before is stored, the rest is not, the answer is unclear',
    (_, taken) =>
      inLog(async (connection) => {
        const collection = mongodbLogCollection(connection);
        const [other] = documentsOf([['other', 1]]);
        if (other === undefined) return;
        await collection.insertOrdered([{ ...other, _id: 100, commit: 'any/1', ...taken }]);
        const documents = documentsOf([
          ['a', 1],
          ['taken', 1],
          ['c', 1],
        ]);
        expect(await collection.insertOrdered(documents)).toEqual({
          acknowledged: false,
          because: 'write error 11000',
          full: false,
        });
        const found = await collection.findByCommits(['a/1', 'c/1']);
        expect(found).toEqual(documents.slice(0, 1));
      }),
  );

  test('§4 · the tail is found from any tail that was known, near or far, and its loss is noticed', () =>
    inLog(async (connection) => {
      const collection = mongodbLogCollection(connection);
      const documents = documentsOf(Array.from({ length: 900 }, (_, i) => [`s${i}`, 1 + (i % 3)] as const));
      expect(await collection.tail(null)).toEqual({ tail: null, continued: true });
      for (const [from, to] of [
        [0, 400],
        [400, 800],
        [800, 900],
      ])
        await collection.insertOrdered(documents.slice(from, to));
      const { _id, count, commit } = documents[899] ?? { _id: 0, count: 0, commit: '' };
      for (const known of [0, 300, 700, 889, 898, 899]) {
        expect(await collection.tail(documents[known] ?? null)).toMatchObject({
          tail: { _id, count, commit },
          continued: true,
        });
      }
      expect(await collection.tail({ _id, count, commit: 'another/1' })).toMatchObject({ continued: false });
      await connection.log.deleteOne({ _id });
      expect(await collection.tail({ _id, count, commit })).toMatchObject({
        tail: { commit: 's898/1' },
        continued: false,
      });
    }));

  test('§4 · preparing is repeatable, and refuses a collection that is no log, or a newer one', () =>
    inLog(async (connection) => {
      await Promise.all(Array.from({ length: 4 }, () => ensureLog(connection)));
      expect(await connection.log.indexes()).toContainEqual(
        expect.objectContaining({ key: { commit: 1 }, unique: true }),
      );
      await connection.format.updateOne({ _id: 'log' }, { $set: { format: 2 } });
      await expect(ensureLog(connection)).rejects.toThrow(
        'the log has format 2, this release knows format 1',
      );
      await expect(openMongodbLogReader({ url: suite.url, database: connection.log.dbName })).rejects.toThrow(
        'the log has format 2',
      );
      await connection.format.deleteMany({});
      await connection.log.insertMany(documentsOf([['a', 1]]));
      await expect(ensureLog(connection)).rejects.toThrow('holds documents, but no format says');
    }));

  test.each([
    ['not a URL', 'mongodb//user:hunter2@nowhere', 'is not one that the driver understands'],
    [
      'an unknown option',
      'mongodb://user:hunter2@127.0.0.1:1/?frobnicate=1',
      'is not one that the driver understands',
    ],
    ['nobody there', 'mongodb://user:hunter2@127.0.0.1:1/', 'MongoDB: connecting'],
  ])(
    '§12 · a database that cannot be opened is unavailable, without its credentials: %s',
    async (_, url, sentence) => {
      const error: unknown = await openMongodbEventLog({ url, database: 'none' }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ name: 'LogUnavailable', reason: 'storage' });
      expect(String(error)).toContain(sentence);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error)).not.toContain(
        'hunter2',
      );
    },
  );

  test('§8 · a restored log refuses appends, takes its events back from outside, and goes on', async () => {
    const location = { url: suite.url, database: fresh() };
    const log = await openMongodbEventLog(location);
    const append = (streamId: string, expectedVersion: number, count = 1) =>
      log.append({
        streamId,
        expectedVersion,
        events: Array.from({ length: count }, (_, i) => textFor(streamId, expectedVersion + 1 + i)),
        commitId: crypto.randomUUID(),
      });
    const [one, two] = [uniqueStream(), uniqueStream()];
    await append(one, 0, 2);
    await append(two, 0);
    await append(one, 2, 3);
    await append(two, 1);
    const whole = await readWholeLog(log, 100);
    const connection = await connectLog(location);
    try {
      await connection.log.deleteMany({ _id: { $in: [4, 7] } }); // as a copy from before would be
      await log.head();
      expect(log.restored()).toEqual({ seen: 7, tail: 3 });
      await expect(append(one, 5)).rejects.toMatchObject({ reason: 'restored', retryAfterSeconds: 30 });
      const imported = await importEvents({ ...location, events: whole });
      expect(imported).toEqual({ imported: 4, present: 3, head: 7 });
      expect(await append(one, 5)).toEqual({ streamVersion: 6, position: 8 });
      expect(log.restored()).toBeNull();
      expect((await readWholeLog(log, 100)).slice(0, 7)).toEqual(whole);
      expect((await log.readStream(one)).map(({ streamVersion }) => streamVersion)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
    } finally {
      await connection.client.close();
      await log.close();
    }
  });

  test('§8 · a log restored during an interruption is noticed, however short that was, also by who was idle', async () => {
    const { hostname, port } = new URL(suite.url);
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    const database = fresh();
    const log = await openMongodbEventLog({
      url: `mongodb://${proxy.host}:${proxy.port}/?directConnection=true`,
      database,
    });
    const connection = await connectLog({ url: suite.url, database });
    try {
      for (const streamId of ['kept', 'lost'])
        await log.append({ streamId, expectedVersion: 0, events: [textFor(streamId, 1)], commitId: 'any' });
      await log.head();
      proxy.cut();
      await connection.log.deleteOne({ commit: 'lost/1' });
      proxy.heal();
      await expect(log.readStream('lost')).rejects.toMatchObject({ reason: 'restored' });
      expect(await log.readStream('kept')).toHaveLength(1);
    } finally {
      await Promise.all([log.close(), connection.client.close()]);
      await proxy.stop();
    }
  });

  test('§4 · a reader follows a log that begins later, and is closed like one', async () => {
    const location = { url: suite.url, database: fresh() };
    const reader = await openMongodbLogReader(location);
    expect([await reader.head(), await reader.readAll({ after: 0, limit: 5 })]).toEqual([0, []]);
    const waiting = reader.waitAfter(0, new AbortController().signal);
    const log = await openMongodbEventLog(location);
    const streamId = uniqueStream();
    await log.append({ streamId, expectedVersion: 0, events: ['{}'], commitId: 'first' });
    expect(await waiting).toBe(1);
    expect(await reader.readStream(streamId)).toEqual([
      { position: 1, streamId, streamVersion: 1, text: '{}' },
    ]);
    expect(log.counters()).toMatchObject({ batches: 1, commands: 1, largestBatch: 1, renumbered: 0 });
    await log.close();
    await reader.close();
    await reader.close();
    for (const used of [
      reader.head(),
      reader.readAll({ after: 0, limit: 1 }),
      log.head(),
      log.readStream(streamId),
    ]) {
      await expect(used).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'closed' });
    }
    await expect(reader.waitAfter(5, new AbortController().signal)).rejects.toMatchObject({
      reason: 'closed',
    });
  });
});
