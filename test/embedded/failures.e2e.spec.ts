import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningService, startService } from '../support/service.js';

// design §8: what happens when the disk is full, and when a file is damaged.

type Answer = { status: number; retryAfter: string | null; body: Record<string, unknown> };

async function register(url: string, name: string): Promise<Answer> {
  const response = await fetch(`${url}/connect/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: name,
      redirect_uris: ['https://example.com/callback'],
      tos_uri: `https://example.com/${'t'.repeat(1_900)}`,
    }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** Reads at the address the service has now: its port differs from start to start. */
const read = ({ url }: RunningService, { body }: Answer) =>
  fetch(`${url}/connect/register?client_id=${String(body['client_id'])}`, {
    headers: { authorization: `Bearer ${String(body['registration_access_token'])}` },
  });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rollbook-failures-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Bounds the size of every file the running service writes: to it, a disk that is full. */
const limitFileSize = (service: RunningService, octets: number | 'unlimited') =>
  spawnSync('prlimit', ['--pid', String(service.child.pid), `--fsize=${octets}:unlimited`], {
    encoding: 'utf8',
  });

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;
// A full disk is simulated with util-linux' prlimit; elsewhere the case can't run.
(canLimit ? test : test.skip)(
  'disk full · 503 with Retry-After, nothing half written, recovers when there is space',
  async () => {
    const service = await startService({ directory });
    try {
      const accepted: Answer[] = [await register(service.url, 'before')];
      expect(accepted[0]?.status).toBe(201);
      const limited = limitFileSize(service, statSync(path.join(directory, 'log.sqlite-wal')).size + 60_000);
      expect(limited.stderr).toBe('');

      let refused: Answer | null = null;
      for (let n = 0; n < 500 && refused === null; n++) {
        const answer = await register(service.url, `client ${n}`);
        if (answer.status === 201) accepted.push(answer);
        else refused = answer;
      }
      expect(refused).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
      expect(Number(refused?.retryAfter)).toBeGreaterThan(0);
      // Reading goes on, also of what was registered last.
      for (const answer of [accepted[0], accepted.at(-1)]) {
        expect(answer && (await read(service, answer)).status).toBe(200);
      }

      limitFileSize(service, 'unlimited');
      let recovered = await register(service.url, 'after');
      for (let n = 0; n < 50 && recovered.status !== 201; n++) {
        await delay(100);
        recovered = await register(service.url, 'after');
      }
      expect(recovered.status).toBe(201);
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
      accepted.push(recovered);

      await service.kill();
      const again = await startService({ directory });
      try {
        const events = (await again.audit('/audit/events.ndjson')).trimEnd().split('\n').slice(0, -1);
        const registered = events.map(
          (line) => (JSON.parse(line) as { data: { client_id: string } }).data.client_id,
        );
        expect(registered).toEqual(accepted.map(({ body }) => body['client_id']));
      } finally {
        await again.stop();
      }
    } finally {
      await service.kill();
    }
  },
);

function overwrite(file: string, at: number, octets: Buffer): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, octets, 0, octets.length, at);
  closeSync(handle);
}

async function filled(): Promise<Answer> {
  const service = await startService({ directory });
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => register(service.url, `client ${n}`)),
  );
  expect(await service.stop()).toBe(0);
  const [first] = answers;
  if (first === undefined) throw new Error('nothing was registered');
  return first;
}

test.each([
  ['the header of log.sqlite', (file: string) => overwrite(file, 0, Buffer.from('not a database at all'))],
  [
    'pages in the middle of log.sqlite',
    (file: string) => overwrite(file, 4_096, Buffer.alloc(statSync(file).size - 4_096, 0x5a)),
  ],
  ['log.sqlite cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
])('damaged log · %s · the start is refused with a sentence that names the file', async (_name, damage) => {
  await filled();
  damage(path.join(directory, 'log.sqlite'));
  const failure = await startService({ directory }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  const said = (failure as Error).message;
  expect(said).toContain('the service ended with 1');
  expect(said).toContain('log.sqlite');
  expect(said).not.toMatch(/\n\s+at /);
});

/** `npm run log:check`, without the build before it. */
const checkLog = () =>
  spawnSync(process.execPath, [path.resolve('dist/start/main.js'), 'check-log'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ROLLBOOK_DATA_DIR: directory },
  });

/** Changes a character of an old text in the log, past the newest that every start looks at. */
function changeOldText(): void {
  const file = path.join(directory, 'log.sqlite');
  const at = readFileSync(file).indexOf('client 7"');
  expect(at).toBeGreaterThan(0);
  overwrite(file, at, Buffer.from('C'));
}

describe('design §4 · the whole log is checked by a command', () => {
  test('sound, also beside the running service', async () => {
    await filled();
    const service = await startService({ directory });
    try {
      const { status, stdout } = checkLog();
      expect([status, stdout]).toEqual([0, `${path.join(directory, 'log.sqlite')}: 40 events, sound\n`]);
    } finally {
      await service.stop();
    }
  });

  test('an old event that was changed: its position, and status 1', async () => {
    await filled();
    changeOldText();
    const { status, stdout } = checkLog();
    expect(status).toBe(1);
    expect(stdout).toMatch(/^position \d+: its text is not the one that was written$/m);
    expect(stdout).toMatch(/40 events, 1 problem\n$/);
  });

  test('no log there: a problem like any other, and none is made', () => {
    const { status, stdout, stderr } = checkLog();
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('log.sqlite');
    expect(existsSync(path.join(directory, 'log.sqlite'))).toBe(false);
  });

  test('another argument: refused with a sentence', () => {
    const main = path.resolve('dist/start/main.js');
    const { status, stderr } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([2, expect.stringContaining('check-log')]);
  });
});

test.each([
  ['damaged', (file: string) => overwrite(file, 0, Buffer.from('not a database at all'))],
  ['missing', (file: string) => rmSync(file)],
])('read model · %s · made anew from the log', async (_name, damage) => {
  const first = await filled();
  damage(path.join(directory, 'models.sqlite'));
  const service = await startService({ directory });
  try {
    expect((await read(service, first)).status).toBe(200);
    for (let n = 0; n < 100; n++) {
      const report = (await service.audit('/audit/replay')).trimEnd().split('\n').at(-1) ?? '';
      if ((JSON.parse(report) as { equal: boolean }).equal) return;
      await delay(100);
    }
    throw new Error('the read model did not become equal to the log');
  } finally {
    await service.stop();
  }
});

test('a second process on the same data directory · refused with a sentence', async () => {
  const service = await startService({ directory });
  try {
    const failure = await startService({ directory }).catch((error: unknown) => error);
    expect((failure as Error).message).toContain('another process is using the data directory');
  } finally {
    await service.stop();
  }
});

test('another master key · refused with a sentence that does not show it', async () => {
  await filled();
  const key = readFileSync(path.join(directory, 'master-key'), 'utf8').trim();
  const other = Buffer.from(key, 'base64url').map((octet) => octet ^ 0xff);
  const env = { ROLLBOOK_MASTER_KEY: Buffer.from(other).toString('base64url') };
  const failure = await startService({ directory, env }).catch((error: unknown) => error);
  expect((failure as Error).message).toContain('master key');
  expect((failure as Error).message).not.toContain(env.ROLLBOOK_MASTER_KEY);
});
