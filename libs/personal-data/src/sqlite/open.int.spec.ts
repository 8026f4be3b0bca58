import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { type KeyStore, openSqliteKeyStore } from '@rollbook/personal-data';
import { keyStoreContract } from '@rollbook-testing/personal-data';
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

async function openStore(options: { masterKey?: Buffer; poolSize?: number } = {}) {
  const store = await openSqliteKeyStore({ file: file(), masterKey: MASTER, poolSize: 32, ...options });
  open.push(store);
  return store;
}

keyStoreContract('sqlite', async () => {
  const place = mkdtempSync(path.join(tmpdir(), 'rollbook-keys-'));
  return {
    open: (options) => openSqliteKeyStore({ file: path.join(place, 'keys.sqlite'), ...options }),
    dispose: async () => rmSync(place, { recursive: true }),
  };
});

test('design §8 · no key and no master key is in the files', async () => {
  const store = await openStore();
  const { key } = await store.take();
  const octets = Buffer.concat(readdirSync(folder).map((name) => readFileSync(path.join(folder, name))));
  expect([octets.includes(key), octets.includes(MASTER)]).toEqual([false, false]);
});

test('closing leaves no journal', async () => {
  const store = await openStore();
  await store.take();
  await store.close();
  expect(readdirSync(folder)).toEqual(['keys.sqlite']);
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
    'sqlite',
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
