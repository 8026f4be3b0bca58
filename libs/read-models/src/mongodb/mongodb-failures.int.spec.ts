import { setTimeout as delay } from 'node:timers/promises';
import { type EventLog, memoryEventLog } from '@rollbook/event-log';
import { openMongodbProjector, openMongodbReadModels, type ReadModels } from '@rollbook/read-models';
import {
  appendEvent,
  appendRegistrations,
  caughtUp,
  clientIds,
  replayed,
  startFeeder,
  statusWhen,
} from '@rollbook-testing/read-models';
import { describeWithServers, LOOPBACK, mongodbForSuite } from '@rollbook-servers';
import { type Db, MongoClient } from 'mongodb';

type Stored = { _id: string; [member: string]: unknown };

describeWithServers('MongoDB read models', ['mongodb'], () => {
  let mongodb: Awaited<ReturnType<typeof mongodbForSuite>>;
  let client: MongoClient;
  let tests = 0;
  beforeAll(async () => {
    mongodb = await mongodbForSuite();
    client = await MongoClient.connect(mongodb.url);
  });
  afterAll(async () => {
    await client.close();
    await mongodb.drop();
  });

  let place: { url: string; database: string; log: EventLog };
  let db: Db;
  let log: EventLog;
  let models: ReadModels;
  let feeder: Awaited<ReturnType<typeof startFeeder>> | null;
  beforeEach(async () => {
    log = memoryEventLog();
    place = { url: mongodb.url, database: `${mongodb.database}_${++tests}`, log };
    db = client.db(place.database);
    feeder = await startFeeder(place);
    models = await openMongodbReadModels(place);
  });
  afterEach(async () => {
    await models.close();
    await stopFeeder();
    await log.close();
  });
  async function stopFeeder(): Promise<void> {
    await feeder?.stop();
    feeder = null;
  }
  const clients = (generation = 1) => db.collection<Stored>(`clients_${generation}`);
  const parked = (generation = 1) => db.collection<Stored>(`parked_${generation}`);
  const record = async () => db.collection<Stored>('models').findOne({ _id: 'clients' });
  const collectionNames = async () =>
    (await db.listCollections().toArray())
      .map(({ name }) => name)
      .filter((name) => /_\d+$/.test(name))
      .sort();

  async function somethingOfEverything(): Promise<void> {
    await appendRegistrations(
      log,
      clientIds(10).map((client_id) => ({ client_id })),
    );
    await appendEvent(log, 'c00001', 2, 'ClientSuspended', { reason: 'x' });
    await appendEvent(log, 'c00002', 2, 'ClientUpdated', {
      metadata: { client_name: 'B' },
      changed: ['client_name'],
    });
    await appendEvent(log, 'c00001', 3, 'ClientReinstated', { reason: null });
    await caughtUp(log, models);
  }

  const DIFFERENCES: [name: string, tamper: () => Promise<unknown>, difference: object][] = [
    [
      'a member of the metadata',
      () => clients().updateOne({ _id: 'c00003' }, { $set: { metadata: '{"client_name":"X"}' } }),
      {
        client_id: 'c00003',
        kind: 'different',
        members: expect.arrayContaining(['metadata.client_name', 'metadata.redirect_uris']),
      },
    ],
    [
      'a member of a client with several events',
      () => clients().updateOne({ _id: 'c00001' }, { $set: { status: 'deleted' } }),
      { client_id: 'c00001', kind: 'different', members: ['status'] },
    ],
    [
      'a value that is filtered by',
      () => clients().updateOne({ _id: 'c00003' }, { $set: { redirectHosts: ['evil.example'] } }),
      { client_id: 'c00003', kind: 'different', members: ['filter values'] },
    ],
    [
      'a client that is missing',
      () => clients().deleteOne({ _id: 'c00003' }),
      { client_id: 'c00003', kind: 'only in the log', members: [] },
    ],
    [
      'a document without its later events',
      () => clients().updateOne({ _id: 'c00001' }, { $set: { streamVersion: 2, status: 'suspended' } }),
      {
        client_id: 'c00001',
        kind: 'different',
        members: expect.arrayContaining(['status', 'streamVersion']),
      },
    ],
    [
      'a client that the log does not know',
      async () => {
        const found = await clients().findOne({ _id: 'c00003' });
        await clients().insertOne({ ...found, _id: 'phantom' });
      },
      { client_id: 'phantom', kind: 'only in the model', members: [] },
    ],
    [
      'a client that is parked for no reason',
      () =>
        parked().insertOne({
          _id: 'c00003',
          reason: 'x',
          firstVersion: 2,
          position: 14,
          skippedEvents: 0,
          skippedTo: 14,
        }),
      { client_id: 'c00003', kind: 'different', members: ['parked'] },
    ],
  ];
  test.each(DIFFERENCES)(
    'replay · finds %s; a rebuild repairs and counts it',
    async (name, tamper, difference) => {
      await somethingOfEverything();
      expect(await replayed(models)).toMatchObject({ equal: true, clients: 10, events: 13 });
      await tamper();
      expect(await replayed(models)).toMatchObject({
        equal: false,
        differing: 1,
        differences: [difference],
      });
      await models.rebuild('clients');
      const status = await statusWhen(models, ({ rebuild }) => rebuild === null);
      // Parked clients are not compared: what parks one may be mended, and only a document can be wrong.
      const differences = name.includes('parked') ? 0 : 1;
      expect(status).toMatchObject({ modelVersion: 2, rebuilt: { reason: 'asked for', differences } });
      expect(await replayed(models)).toMatchObject({ equal: true, clients: 10 });
    },
  );

  test('replay · the model moves on meanwhile: documents are compared at their own version', async () => {
    await somethingOfEverything();
    const report = await models.replay({
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    expect(report).toMatchObject({ equal: true, position: 13 });
    // Stopped, the checkpoints stay where they are; a retry or a second projector can still write documents.
    await stopFeeder();
    await appendEvent(log, 'c00003', 2, 'ClientSuspended', { reason: 'x' });
    const fold = await clients().findOne({ _id: 'c00003' });
    expect(fold).toMatchObject({ streamVersion: 1 });
    await clients().updateOne(
      { _id: 'c00003' },
      { $set: { status: 'suspended', streamVersion: 2, position: 14 } },
    );
    expect(await replayed(models)).toMatchObject({ equal: true, position: 13, clients: 10, events: 13 });
  });

  test('design §8 · a parked client is brought up to date by a retry', async () => {
    await somethingOfEverything();
    const reason = 'a defect that is mended now';
    const skipped = { skippedEvents: 0, skippedTo: 14 };
    await parked().insertOne({ _id: 'c00003', reason, firstVersion: 2, position: 14, ...skipped });
    await appendRegistrations(log, [{ client_id: 'other' }]);
    await appendEvent(log, 'c00003', 2, 'ClientSuspended', { reason: 'x' });
    expect(await caughtUp(log, models)).toMatchObject({ parked: 1, skippedEvents: 1 });
    expect(await models.parked()).toMatchObject([{ client_id: 'c00003', skippedEvents: 1 }]);
    expect(await models.retryParked('c00003')).toBe(true);
    expect(await models.parked()).toEqual([]);
    expect(await replayed(models)).toMatchObject({ equal: true, events: 15 });
    await appendEvent(log, 'c00003', 3, 'ClientReinstated', { reason: null });
    await caughtUp(log, models);
    expect(await clients().findOne({ _id: 'c00003' })).toMatchObject({ streamVersion: 3, status: 'active' });
  });

  test('design §8 · a retry that meets another event that can not be applied says so', async () => {
    await somethingOfEverything();
    const skipped = { skippedEvents: 0, skippedTo: 14 };
    await parked().insertOne({ _id: 'c00003', reason: 'x', firstVersion: 2, position: 14, ...skipped });
    await appendEvent(log, 'c00003', 2, 'ClientSuspended', { reason: 'x' });
    await appendEvent(log, 'c00003', 3, 'ClientRegistered', {});
    await appendEvent(log, 'c00003', 4, 'ClientReinstated', { reason: null });
    await caughtUp(log, models);
    expect(await models.retryParked('c00003')).toBe(false);
    expect(await models.parked()).toMatchObject([
      { firstVersion: 3, position: 15, skippedEvents: 1, reason: expect.stringContaining('exists') },
    ]);
    expect(await clients().findOne({ _id: 'c00003' })).toMatchObject({ streamVersion: 2 });
    expect(await replayed(models)).toMatchObject({ equal: true });
  });

  test('design §8 · a retry while events keep coming loses none', async () => {
    await appendRegistrations(log, [{ client_id: 'a' }]);
    await caughtUp(log, models);
    const VERSIONS = 40;
    const skipped = { skippedEvents: 0, skippedTo: 2 };
    await parked().insertOne({ _id: 'a', reason: 'x', firstVersion: 2, position: 2, ...skipped });
    const appending = (async () => {
      for (let version = 2; version <= VERSIONS; version++) {
        const type = version % 2 === 0 ? 'ClientSuspended' : 'ClientReinstated';
        await appendEvent(log, 'a', version, type, { reason: null });
        await delay(5);
      }
    })();
    while (!(await models.retryParked('a'))) expect(await models.parked()).toHaveLength(1);
    await appending;
    await caughtUp(log, models);
    expect(await clients().findOne({ _id: 'a' })).toMatchObject({ streamVersion: VERSIONS });
  });

  test('design §8 · what replaced models leave is dropped when nobody can use it any more', async () => {
    await somethingOfEverything();
    await models.rebuild('clients');
    await statusWhen(models, ({ rebuild }) => rebuild === null);
    expect(await collectionNames()).toContain('clients_1');
    const until = Date.now() + 10_000;
    const done = () => feeder?.coordination.map(({ kind }) => kind) ?? [];
    while (!done().includes('dropped') && Date.now() < until) await delay(20);
    expect(done()).toEqual(['took over', 'switched', 'dropped']);
    const left = (await collectionNames()).filter((name) => name !== 'parked_2');
    expect(left).toEqual(['checkpoints_2', 'clients_2']);
    // Lists of the switched model are served by indexes.
    const indexes = await clients(2).listIndexes().toArray();
    expect(indexes.map(({ name }) => String(name)).sort()).toEqual([
      '_id_',
      'issued',
      'name',
      'redirectHosts',
      'software',
    ]);
  });

  test('design §8 · a rebuild whose fold is not repeatable is refused, and the live model stays', async () => {
    await somethingOfEverything();
    await stopFeeder();
    await models.rebuild('clients');
    // A document of the new generation that no fold gives.
    const found = await clients().findOne({ _id: 'c00003' });
    await clients(2).insertOne({ ...found, _id: 'c00003', status: 'deleted' });
    feeder = await startFeeder(place);
    const status = await statusWhen(models, ({ rebuild }) => rebuild?.state === 'failed');
    expect(status).toMatchObject({
      modelVersion: 1,
      rebuild: { error: expect.stringContaining('c00003'), reason: 'asked for' },
      rebuilt: null,
    });
    expect(await replayed(models)).toMatchObject({ equal: true });
    // It does not stand in the way of the next one, whose number is not used again.
    await models.rebuild('clients');
    expect(await statusWhen(models, ({ rebuild }) => rebuild === null)).toMatchObject({ modelVersion: 3 });
  });

  test('design §8 · a coordinator that died is replaced; one that was frozen can not switch any more', async () => {
    await somethingOfEverything();
    await stopFeeder();
    await models.rebuild('clients');
    await db
      .collection<Stored>('models')
      .updateOne(
        { _id: 'clients' },
        { $set: { 'rebuild.coordinator': { holder: 'dead', beat: 7 }, revision: 1000 } },
      );
    feeder = await startFeeder(place);
    const other = await openMongodbProjector({
      ...place,
      partitions: 3,
      instance: 'other',
      pace: { pollMs: 10, leaseMs: 2000 },
    });
    const ending = new AbortController();
    const events: string[] = [];
    const coordinating = other.coordinate({ signal: ending.signal, on: ({ kind }) => events.push(kind) });
    try {
      await statusWhen(models, ({ rebuild }) => rebuild === null);
      await delay(50);
      const all = [...events, ...feeder.coordination.map(({ kind }) => kind)];
      // One of the two, whichever was first.
      expect(all.sort()).toEqual(['switched', 'took over']);
      expect(await record()).toMatchObject({ rebuild: null, rebuilt: { differences: 0 } });
    } finally {
      ending.abort();
      await coordinating;
      await other.close();
    }
  });

  test('a model of an earlier format is not read, and projectors of this release rebuild it', async () => {
    await somethingOfEverything();
    await stopFeeder();
    await db
      .collection<Stored>('models')
      .updateOne({ _id: 'clients' }, { $set: { 'generations.0.format': 0, revision: 1000 } });
    await expect(models.listClients({ limit: 1 })).rejects.toMatchObject({
      name: 'ReadModelsUnavailable',
      message: expect.stringContaining('format 0'),
    });
    feeder = await startFeeder(place);
    const until = Date.now() + 20_000;
    while (!feeder.coordination.some(({ kind }) => kind === 'switched') && Date.now() < until)
      await delay(20);
    expect(await statusWhen(models, ({ position }) => position === 13)).toMatchObject({
      modelVersion: 2,
      rebuilt: { reason: expect.stringContaining('format 0') },
    });
    expect(await replayed(models)).toMatchObject({ equal: true, clients: 10 });
  });

  test('without a projector the model is paused and says why; what is there is served', async () => {
    await somethingOfEverything();
    await stopFeeder();
    await db.collection('projectors').updateMany({}, { $set: { reportedAt: '2026-01-01T00:00:00.000Z' } });
    const [status] = await models.projections();
    expect(status).toMatchObject({
      state: 'paused',
      lastError: expect.stringContaining('no projector'),
      position: 13,
    });
    expect((await models.listClients({ limit: 20 })).items).toHaveLength(10);
  });

  test('what clients may put into names and key sets is stored and found', async () => {
    const NAMES = ['nul\0in it', 'lone \ud800 surrogate', '$where', 'a.b', '\u{10FFFF}\u{10FFFF}end', '퟿x'];
    const jwks = { keys: [{ $gt: 1, 'a.b': 2, 'x\0y': 3, nested: { $set: { '': [null] } } }] };
    await appendRegistrations(
      log,
      NAMES.map((client_name, i) => ({ client_id: `n${i}`, metadata: { client_name, jwks } })),
    );
    await caughtUp(log, models);
    const page = await models.listClients({ limit: 10 });
    expect(page.items.map(({ metadata }) => [metadata['client_name'], metadata['jwks']])).toEqual(
      NAMES.map((client_name) => [client_name, jwks]),
    );
    for (const [i, name] of NAMES.entries()) {
      const { items } = await models.listClients({ name: name.slice(0, -1), limit: 10 });
      expect(items.map(({ client_id }) => client_id)).toContain(`n${i}`);
    }
    const NOTHING = [{ software_id: '\0' }, { redirectHost: '$gt' }, { status: '\0' }, { grant_type: '$ne' }];
    for (const query of NOTHING) expect((await models.listClients({ ...query, limit: 1 })).items).toEqual([]);
    expect(await replayed(models)).toMatchObject({ equal: true });
  });

  test('a database that does not answer is said without its URL', async () => {
    const url = `mongodb://user:very-secret@${LOOPBACK}:1/?directConnection=true`;
    const opening = openMongodbReadModels({ ...place, url });
    await expect(opening).rejects.toMatchObject({
      name: 'ReadModelsUnavailable',
      message: expect.not.stringContaining('very-secret'),
    });
    await models.close();
    await expect(models.statistics()).rejects.toMatchObject({ name: 'ReadModelsUnavailable' });
  });
});
