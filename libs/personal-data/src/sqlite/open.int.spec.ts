import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import {
  type KeyStore,
  KeyStoreUnavailable,
  MasterKeyRefused,
  openSqliteKeyStore,
} from '@rollbook/personal-data';
import Database from 'better-sqlite3';

let folder = '';
const open: KeyStore[] = [];
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'rollbook-keys-'))));
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  rmSync(folder, { recursive: true });
});
const file = () => path.join(folder, 'keys.sqlite');
const MASTER = randomBytes(32);

async function openStore(
  options: { masterKey?: Buffer; previousMasterKey?: Buffer; poolSize?: number } = {},
) {
  const store = await openSqliteKeyStore({ file: file(), masterKey: MASTER, poolSize: 32, ...options });
  open.push(store);
  return store;
}

describe('design §3 · keys made ahead of use', () => {
  test('every key is another, and is found again now and after a restart', async () => {
    const store = await openStore();
    const taken = await Promise.all(Array.from({ length: 1000 }, () => store.take()));
    expect(new Set(taken.map(({ kid }) => kid)).size).toBe(1000);
    expect(new Set(taken.map(({ key }) => key.toString('hex'))).size).toBe(1000);
    for (const one of taken) expect(await store.find(one.kid)).toEqual(one);
    await store.close();
    const again = await openStore();
    for (const one of taken) expect(await again.find(one.kid)).toEqual(one);
  });

  test('after a restart no key is given that was given before', async () => {
    const first = await openStore();
    const before = await first.take();
    await first.close();
    const second = await openStore();
    const after = await Promise.all(Array.from({ length: 100 }, () => second.take()));
    expect(after.map(({ kid }) => kid)).not.toContain(before.kid);
  });

  test.each(['', 'unknown', 'A'.repeat(22), 'A'.repeat(1000), '../keys'])(
    'no key has the kid %j',
    async (kid) => {
      expect(await (await openStore()).find(kid)).toBeNull();
    },
  );

  test('design §8 · no key and no master key is in the files', async () => {
    const store = await openStore();
    const { key } = await store.take();
    const octets = Buffer.concat(readdirSync(folder).map((name) => readFileSync(path.join(folder, name))));
    expect([octets.includes(key), octets.includes(MASTER)]).toEqual([false, false]);
  });
});

/** The sentence with which a master key is refused. */
const refusal = (options: { masterKey: Buffer; previousMasterKey?: Buffer }) =>
  openStore(options).then(
    () => 'accepted',
    (error: unknown) => (error instanceof MasterKeyRefused ? error.message : 'another error'),
  );

describe('master keys', () => {
  const [second, third] = [randomBytes(32), randomBytes(32)];
  test('a wrong one is noticed at start, with and without a wrong previous one', async () => {
    await (await openStore()).close();
    const sentence =
      'the master key is not the one that this key store was made with; give that one, or give it as the previous master key to replace it';
    expect(await refusal({ masterKey: second })).toBe(sentence);
    expect(await refusal({ masterKey: second, previousMasterKey: third })).toBe(sentence);
  });

  test('one of another length is refused', async () => {
    expect(await refusal({ masterKey: randomBytes(16) })).toBe('a master key must have 32 octets');
    expect(await refusal({ masterKey: MASTER, previousMasterKey: Buffer.alloc(0) })).toBe(
      'a master key must have 32 octets',
    );
  });

  test('rotated twice: old rows still open, the previous one is needed once, the replaced ones are refused', async () => {
    const first = await openStore();
    const one = await first.take();
    await first.close();
    const rotated = await openStore({ masterKey: second, previousMasterKey: MASTER });
    const two = await rotated.take();
    expect(await rotated.find(one.kid)).toEqual(one);
    await rotated.close();
    await (await openStore({ masterKey: second })).close();
    await (await openStore({ masterKey: second, previousMasterKey: MASTER })).close();
    const twice = await openStore({ masterKey: third, previousMasterKey: second });
    expect([await twice.find(one.kid), await twice.find(two.kid)]).toEqual([one, two]);
    await twice.close();
    const replaced = 'the master key of this key store was replaced by a newer one; give the newer one';
    expect(await refusal({ masterKey: MASTER })).toBe(replaced);
    expect(await refusal({ masterKey: second, previousMasterKey: MASTER })).toBe(replaced);
  });
});

describe('closing', () => {
  test('refuses what comes later, leaves no journal, and may be asked twice', async () => {
    const store = await openStore();
    const { kid } = await store.take();
    await Promise.all([store.close(), store.close()]);
    await expect(store.take()).rejects.toBeInstanceOf(KeyStoreUnavailable);
    await expect(store.find(kid)).rejects.toBeInstanceOf(KeyStoreUnavailable);
    expect(readdirSync(folder)).toEqual(['keys.sqlite']);
  });

  test('with a batch under way', async () => {
    const store = await openStore();
    const takes = Promise.allSettled(Array.from({ length: 200 }, () => store.take()));
    await store.close();
    expect((await takes).some(({ status }) => status === 'rejected')).toBe(true);
  });
});

test('a locked file is an outage, not a defect, and passes', async () => {
  const store = await openStore();
  const other = new Database(file());
  other.exec('BEGIN IMMEDIATE');
  const takes = await Promise.allSettled(Array.from({ length: 40 }, () => store.take()));
  expect(takes.filter(({ status }) => status === 'fulfilled')).toHaveLength(32);
  for (const outcome of takes.slice(32)) {
    expect(outcome).toMatchObject({ reason: { name: 'KeyStoreUnavailable', retryAfterSeconds: 1 } });
    expect(outcome).toMatchObject({
      reason: { cause: { message: 'the key store could not be written (SQLITE_BUSY)' } },
    });
  }
  other.exec('ROLLBACK');
  other.close();
  expect(await store.take()).toMatchObject({ kid: expect.any(String) });
});

type Taker = { child: ChildProcessByStdio<null, Readable, null>; lines: string[]; stop: () => Promise<void> };

/** A process that takes keys without end, and what it printed; only whole lines count. */
function startTaker(limit: string[] = []): Taker {
  const program = [
    process.execPath,
    'dist/libs/personal-data/testing/take-keys.js',
    file(),
    MASTER.toString('base64url'),
  ];
  const [command = '', ...args] = [...limit, ...program];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  };
  return { child, lines, stop };
}

async function until(holds: () => boolean) {
  const end = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('waited 20 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('design §8 · kill -9 at any moment: every key that was given is found again', async () => {
  const printed = new Map<string, string>();
  for (let kill = 0; kill < 8; kill += 1) {
    const taker = startTaker();
    await until(() => taker.lines.length > 0);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    await taker.stop();
    for (const line of taker.lines) {
      const [kid = '', key = ''] = line.split(' ');
      expect(printed.has(kid)).toBe(false);
      printed.set(kid, key);
    }
  }
  const store = await openStore();
  for (const [kid, key] of printed) expect((await store.find(kid))?.key.toString('base64url')).toBe(key);
  expect(printed.size).toBeGreaterThan(100);
});

const prlimit = spawnSync('prlimit', ['--version']).error === undefined;
if (!prlimit) process.stderr.write('rollbook: SKIPPED, prlimit is not on this machine: disk full\n');
(prlimit ? test : test.skip)(
  'design §8 · disk full: takes are refused, and succeed again once there is space',
  async () => {
    await (await openStore()).close();
    // A limit on the size of files stands in for a full disk; the hard limit stays, so that it can be lifted again.
    const taker = startTaker(['prlimit', '--fsize=200000:unlimited']);
    try {
      await until(() => taker.lines.includes('refused KeyStoreUnavailable'));
      const pid = String(taker.child.pid);
      expect(spawnSync('prlimit', ['--pid', pid, '--fsize=unlimited:unlimited']).status).toBe(0);
      const refused = taker.lines.length;
      await until(() => taker.lines.slice(refused).some((line) => !line.startsWith('refused')));
    } finally {
      await taker.stop();
    }
    const given = taker.lines.filter((line) => !line.startsWith('refused')).map((line) => line.split(' '));
    const store = await openStore();
    for (const [kid = '', key] of given) expect((await store.find(kid))?.key.toString('base64url')).toBe(key);
  },
);
