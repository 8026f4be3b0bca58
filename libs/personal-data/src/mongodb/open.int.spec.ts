import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type KeyStore, KeyStoreUnavailable, openMongodbKeyStore } from '@rollbook/personal-data';
import { keyStoreContract, type KeyStoreOptions } from '@rollbook-testing/personal-data';
import { describeWithServers, mongodbForSuite, startTcpProxy } from '@rollbook-servers';
import { MongoClient } from 'mongodb';

const MASTER = randomBytes(32);
/** The first 32 keys are ready after opening; a pool is refilled below half. */
const POOL = 32;

describeWithServers('key store on MongoDB', ['mongodb'], () => {
  let server: Awaited<ReturnType<typeof mongodbForSuite>>;
  let places = 0;
  let database = '';
  const open: KeyStore[] = [];
  beforeAll(async () => {
    server = await mongodbForSuite();
  });
  beforeEach(() => (database = `${server.database}_${(places += 1)}_keys`));
  afterEach(() => Promise.all(open.splice(0).map((store) => store.close())));
  afterAll(() => server.drop());

  const openStore = async (options: Partial<KeyStoreOptions> & { url?: string } = {}) => {
    const store = await openMongodbKeyStore({
      url: server.url,
      database,
      masterKey: MASTER,
      poolSize: POOL,
      ...options,
    });
    open.push(store);
    return store;
  };
  const onServer = async <T>(use: (client: MongoClient) => Promise<T>): Promise<T> => {
    const client = new MongoClient(server.url);
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  };

  keyStoreContract('mongodb', async () => {
    const place = `${server.database}_${(places += 1)}_keys`;
    return {
      open: (options) => openMongodbKeyStore({ url: server.url, database: place, ...options }),
      dispose: async () => undefined,
    };
  });

  test('design §8 · no key and no master key is in the database', async () => {
    const store = await openStore();
    const { key } = await store.take();
    const stored = await onServer(async (client) => {
      const db = client.db(database);
      const documents = [
        await db.collection('keys').find().toArray(),
        await db.collection('masterKeys').find().toArray(),
      ];
      return documents.flat();
    });
    expect(stored).toHaveLength(POOL + 1);
    const octets = Buffer.from(JSON.stringify(stored));
    for (const secret of [key, MASTER]) {
      for (const form of ['base64', 'base64url', 'hex'] as const)
        expect(octets.includes(secret.toString(form))).toBe(false);
    }
  });

  describe('several processes at once', () => {
    test('design §3 · what one gave, another finds; no key is given by two', async () => {
      const stores = await Promise.all([openStore(), openStore(), openStore()]);
      const taken = await Promise.all(
        stores.flatMap((store) => Array.from({ length: 100 }, () => store.take())),
      );
      expect(new Set(taken.map(({ kid }) => kid)).size).toBe(300);
      for (const one of taken.slice(90, 110)) {
        for (const store of stores) expect(await store.find(one.kid)).toEqual(one);
      }
    });

    test('the same first master key: all of them start; of two different ones the first counts', async () => {
      const same = await Promise.all(Array.from({ length: 6 }, () => openStore()));
      const one = await same[0]!.take();
      for (const store of same) expect(await store.find(one.kid)).toEqual(one);

      database = `${database}_b`;
      const keys = [randomBytes(32), randomBytes(32), randomBytes(32)];
      const outcomes = await Promise.allSettled(keys.map((masterKey) => openStore({ masterKey })));
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(2);
      for (const outcome of refused) expect(outcome).toMatchObject({ reason: { name: 'MasterKeyRefused' } });
    });

    test('a rotation: all of them take the new one, with one row for it', async () => {
      const before = await openStore();
      const old = await before.take();
      const rotation = { masterKey: randomBytes(32), previousMasterKey: MASTER };
      const rotated = await Promise.all(Array.from({ length: 6 }, () => openStore(rotation)));
      const fresh = await rotated[0]!.take();
      for (const store of rotated) {
        expect([await store.find(old.kid), await store.find(fresh.kid)]).toEqual([old, fresh]);
      }
      const rows = await onServer((client) => client.db(database).collection('masterKeys').countDocuments());
      expect(rows).toBe(2);
    });

    test('a process with the replaced master key goes on, and says that it cannot open what is newer', async () => {
      const before = await openStore();
      const rotated = await openStore({ masterKey: randomBytes(32), previousMasterKey: MASTER });
      const [older, newer] = [await before.take(), await rotated.take()];
      expect(await rotated.find(older.kid)).toEqual(older);
      const unopened = before.find(newer.kid);
      await expect(unopened).rejects.toBeInstanceOf(KeyStoreUnavailable);
      await expect(unopened).rejects.toThrow(/newer master key/);
    });
  });

  describe('a database that does not answer', () => {
    test('at the start is an outage that names no address', async () => {
      const opened = openStore({ url: 'mongodb://user:hunter2@127.0.0.1:1/?directConnection=true' });
      await expect(opened).rejects.toMatchObject({ name: 'KeyStoreUnavailable', retryAfterSeconds: 1 });
      await expect(opened).rejects.toThrow(/^the database of the key store does not answer$/);
    });

    test('later is an outage for whoever has to wait for it, and passes', async () => {
      const { hostname, port } = new URL(server.url);
      const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
      try {
        const store = await openStore({
          url: `mongodb://${proxy.host}:${proxy.port}/?directConnection=true`,
        });
        const first = await store.take();
        proxy.cut();
        const takes = await Promise.allSettled(Array.from({ length: 40 }, () => store.take()));
        expect(takes.filter(({ status }) => status === 'fulfilled')).toHaveLength(POOL - 1);
        for (const outcome of takes.slice(POOL - 1))
          expect(outcome).toMatchObject({ reason: { name: 'KeyStoreUnavailable' } });
        await expect(store.find(first.kid)).rejects.toBeInstanceOf(KeyStoreUnavailable);
        proxy.heal();
        const again = await store.take();
        expect(await store.find(again.kid)).toEqual(again);
        expect(await store.find(first.kid)).toEqual(first);
      } finally {
        await proxy.stop();
      }
    });
  });

  test('design §8 · kill -9 at any moment: every key that was given is found again', async () => {
    const printed = new Map<string, string>();
    for (let kill = 0; kill < 3; kill += 1) {
      for (const [kid, key] of await killedTaker()) {
        expect(printed.has(kid)).toBe(false);
        printed.set(kid, key);
      }
    }
    const store = await openStore();
    for (const [kid, key] of printed) expect((await store.find(kid))?.key.toString('base64url')).toBe(key);
    expect(printed.size).toBeGreaterThan(100);
  });

  /** What a process that takes keys without end had printed when it was killed; only whole lines count. */
  async function killedTaker(): Promise<[string, string][]> {
    const program = 'dist/libs/personal-data/testing/take-keys.js';
    const child = spawn(
      process.execPath,
      [program, 'mongodb', server.url, database, MASTER.toString('base64url')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    const closed = once(child, 'close');
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > 5_000 * (1 + Math.random())) child.kill('SIGKILL');
    });
    await closed;
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => line.split(' ') as [string, string]);
  }
});
