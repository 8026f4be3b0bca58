import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type RunningService, startService } from '../support/service.js';
import { post, put, read, register, VALID, valid } from '../system/protocol/ask.js';
import { request } from '../system/protocol/raw-http.js';

const MAIN = path.resolve('dist/start/main.js');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rollbook-start-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A start that is expected to fail: its exit status and what it said. */
async function startFails(
  env: Record<string, string>,
): Promise<{ status: number | null; lines: string[]; text: string }> {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      ROLLBOOK_PORT: String(await freePort()),
      ROLLBOOK_DATA_DIR: directory,
      ...env,
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { status, text, lines: text.trim().split('\n') };
}

describe('design §12 · mistakes in the configuration', () => {
  const SECRET = 'do-not-print-this-value';
  test('every mistake has a line that names the variable and never the value', async () => {
    const { status, lines, text } = await startFails({
      ROLLBOOK_PORT: SECRET,
      ROLLBOOK_PUBLIC_URL: `http://${SECRET}.example`,
      ROLLBOOK_PROFILE: 'fapi2',
      ROLLBOOK_REGISTRATION: 'token',
      ROLLBOOK_ADMIN_TOKENS: SECRET,
      ROLLBOOK_AUDITOR_TOKENS: `a:${SECRET}!`,
      ROLLBOOK_MASTER_KEY: SECRET,
      ROLLBOOK_SECRET_RECIPIENTS: SECRET,
      ROLLBOOK_SECRET_LIFETIME_SECONDS: '-1',
      ROLLBOOK_SECRET_OVERLAP_SECONDS: '1.5',
      ROLLBOOK_RAT_ROTATION: 'sometimes',
      ROLLBOOK_RATE_LIMIT_PER_MINUTE: '1e3',
      ROLLBOOK_TRUSTED_PROXIES: `127.0.0.1,${SECRET}`,
      ROLLBOOK_CORS_ORIGINS: `https://${SECRET}.example/path`,
      ROLLBOOK_LOG_LEVEL: 'loud',
      ROLLBOOK_MONGODB_URL: `mongodb://user:${SECRET}@host`,
      ROLLBOOK_KAFKA_BROKERS: SECRET,
    });
    expect(status).toBe(1);
    expect(text).not.toContain(SECRET);
    expect(text).not.toMatch(/\.js:\d|node:internal/);
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      'ROLLBOOK_ADMIN_TOKENS',
      'ROLLBOOK_AUDITOR_TOKENS',
      'ROLLBOOK_CORS_ORIGINS',
      'ROLLBOOK_KAFKA_BROKERS',
      'ROLLBOOK_LOG_LEVEL',
      'ROLLBOOK_MASTER_KEY',
      'ROLLBOOK_MONGODB_URL',
      'ROLLBOOK_PORT',
      'ROLLBOOK_PROFILE',
      'ROLLBOOK_PUBLIC_URL',
      'ROLLBOOK_RATE_LIMIT_PER_MINUTE',
      'ROLLBOOK_RAT_ROTATION',
      'ROLLBOOK_REGISTRATION',
      'ROLLBOOK_SECRET_LIFETIME_SECONDS',
      'ROLLBOOK_SECRET_OVERLAP_SECONDS',
      'ROLLBOOK_SECRET_RECIPIENTS',
      'ROLLBOOK_TRUSTED_PROXIES',
    ]);
  });

  test.each<[claim: string, env: Record<string, string>, says: RegExp]>([
    ['both NAME and NAME_FILE', { ROLLBOOK_PORT_FILE: '/x' }, /^ROLLBOOK_PORT: .*not both/],
    [
      'a NAME_FILE that does not exist',
      { ROLLBOOK_MASTER_KEY_FILE: '/nowhere/key' },
      /^ROLLBOOK_MASTER_KEY: .*ENOENT/,
    ],
    [
      'a policy that does not exist',
      { ROLLBOOK_POLICY: '/nowhere/policy.json' },
      /^ROLLBOOK_POLICY: .*ENOENT/,
    ],
    ['a policy that is not JSON', { ROLLBOOK_POLICY: MAIN }, /^ROLLBOOK_POLICY: the file is not JSON$/],
    [
      'recipients with private keys',
      { ROLLBOOK_SECRET_RECIPIENTS: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' },
      /^ROLLBOOK_SECRET_RECIPIENTS: /,
    ],
    [
      'a host that does not exist',
      { ROLLBOOK_HOST: 'does-not-exist.invalid' },
      /^ROLLBOOK_HOST, ROLLBOOK_PORT: cannot listen there/,
    ],
    [
      'a host that does not exist, any port',
      { ROLLBOOK_HOST: 'does-not-exist.invalid', ROLLBOOK_PORT: '0' },
      /^ROLLBOOK_HOST, ROLLBOOK_PORT: cannot listen there/,
    ],
    ['a data directory below a file', { ROLLBOOK_DATA_DIR: `${MAIN}/data` }, /^ROLLBOOK_DATA_DIR: .*ENOTDIR/],
    [
      'a data directory with an endless name',
      { ROLLBOOK_DATA_DIR: `/tmp/${'x'.repeat(300)}` },
      /^ROLLBOOK_DATA_DIR: .*ENAMETOOLONG/,
    ],
  ])('%s: one line', async (_claim, env, says) => {
    const { status, lines } = await startFails(env);
    expect(lines).toEqual([expect.stringMatching(says)]);
    expect(status).toBe(1);
  });

  test.each<[file: string, content: string]>([
    ['admin-tokens', 'broken-value-of-the-file'],
    ['master-key', 'broken-value-of-the-file'],
    ['secret-recipient-private-key.json', 'broken-value-of-the-file'],
  ])(
    'a broken %s in the data directory: one line with its name, without its content',
    async (file, content) => {
      writeFileSync(path.join(directory, file), content, { mode: 0o600 });
      const { status, lines, text } = await startFails({});
      expect(lines).toEqual([expect.stringMatching(`^ROLLBOOK_DATA_DIR: .*${file}`)]);
      expect(text).not.toContain('broken-value');
      expect(status).toBe(1);
    },
  );

  test('a symbolic link that leads nowhere: one line', async () => {
    symlinkSync('/nowhere/data', path.join(directory, 'link'));
    const { status, lines } = await startFails({ ROLLBOOK_DATA_DIR: path.join(directory, 'link') });
    expect(lines).toEqual([expect.stringMatching(/^ROLLBOOK_DATA_DIR: /)]);
    expect(status).toBe(1);
  });

  test('unknown variables are warned of, by name only; values come from files; an empty variable is none', async () => {
    writeFileSync(path.join(directory, 'tokens'), 'root:0123456789abcdefghij\n');
    const service = await startService({
      env: {
        ROLLBOOK_RATELIMIT: SECRET,
        ROLLBOOK_ADMIN_TOKENS_FILE: path.join(directory, 'tokens'),
        ROLLBOOK_LOG_LEVEL: '',
      },
    });
    try {
      const line = service
        .output()
        .split('\n')
        .find((one) => one.includes('ROLLBOOK_RATELIMIT'));
      expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'warn', variable: 'ROLLBOOK_RATELIMIT' });
      expect(service.output()).not.toContain(SECRET);
      const headers = { authorization: 'Bearer 0123456789abcdefghij' };
      expect((await fetch(`${service.url}/admin/clients`, { headers })).status).toBe(200);
      expect(existsSync(path.join(service.directory, 'admin-tokens'))).toBe(false);
    } finally {
      await service.stop();
    }
  });
});

describe('starting', () => {
  test('the first start makes files for its owner only and says where everything is; the second finds everything', async () => {
    chmodSync(directory, 0o755);
    const first = await startService({ directory });
    const client = await register(first);
    const places = first.output();
    for (const say of [
      /listening on/,
      /data in/,
      /admin tokens: .*admin-tokens/,
      /auditor tokens: .*auditor-tokens/,
    ])
      expect(places).toMatch(say);
    expect(places).not.toContain(first.adminToken());
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(directory))
      expect([file, statSync(path.join(directory, file)).mode & 0o777]).toEqual([file, 0o600]);
    const [admin, auditor, key] = ['admin-tokens', 'auditor-tokens', 'master-key'].map((file) =>
      readFileSync(path.join(directory, file), 'utf8'),
    );
    expect(await first.stop()).toBe(0);

    const second = await startService({ directory });
    try {
      expect(
        ['admin-tokens', 'auditor-tokens', 'master-key'].map((file) =>
          readFileSync(path.join(directory, file), 'utf8'),
        ),
      ).toEqual([admin, auditor, key]);
      const uri = client.uri.replace(first.url, second.url);
      expect((await read({ ...client, uri })).body).toMatchObject(VALID);
    } finally {
      await second.stop();
    }
  });

  test('a second process on the same directory ends with one line; the first goes on', async () => {
    const service = await startService({ directory });
    try {
      const { status, lines } = await startFails({});
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/in use|another process/i);
      expect(status).toBe(1);
      expect((await post(service, VALID)).status).toBe(201);
    } finally {
      await service.stop();
    }
  });

  test('a port in use: one line, and the directory is free again', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as net.AddressInfo;
    const { status, lines } = await startFails({ ROLLBOOK_PORT: String(port) });
    blocker.close();
    expect(lines).toEqual([
      expect.stringMatching(/^ROLLBOOK_HOST, ROLLBOOK_PORT: cannot listen there \(EADDRINUSE\)$/),
    ]);
    expect(status).toBe(1);
    const service = await startService({ directory });
    expect(await service.stop()).toBe(0);
  });
});

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s with nothing to do: 0, soon', async (signal) => {
    const service = await startService({ directory });
    const before = performance.now();
    const exit = new Promise((resolve) => service.child.once('exit', resolve));
    service.child.kill(signal);
    expect(await exit).toBe(0);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test('under load: every answer that was given is true afterwards', async () => {
    const service = await startService({ directory });
    const acknowledged: { client_id: string; uri: string; token: string }[] = [];
    const load = { going: true };
    const worker = async () => {
      while (load.going) {
        const answer = await post(service, VALID).catch(() => null);
        if (answer === null) return;
        if (answer.status !== 201) expect(answer.status).toBe(503);
        else
          acknowledged.push({
            client_id: String(answer.body['client_id']),
            uri: String(answer.body['registration_client_uri']),
            token: String(answer.body['registration_access_token']),
          });
      }
    };
    const workers = Array.from({ length: 16 }, worker);
    await delay(700);
    expect(await service.stop()).toBe(0);
    load.going = false;
    await Promise.all(workers);
    expect(acknowledged.length).toBeGreaterThan(10);
    const again = await startService({ directory });
    try {
      for (const { uri, token } of acknowledged) {
        const response = await fetch(uri.replace(service.url, again.url), {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(response.status).toBe(200);
        await response.arrayBuffer();
      }
    } finally {
      await again.stop();
    }
  });

  test('a request in flight is answered', async () => {
    const service = await startService({ directory });
    const octets = request(
      'POST /connect/register HTTP/1.1',
      ['Host: x', 'Content-Type: application/json'],
      JSON.stringify(VALID),
    );
    const socket = net.connect(Number(new URL(service.url).port), '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.write(octets.subarray(0, -10));
    await delay(100);
    const exit = service.stop();
    await delay(300);
    socket.write(octets.subarray(-10));
    expect(await exit).toBe(0);
    expect(received).toMatch(/^HTTP\/1\.1 201 /);
    socket.destroy();
  });

  test('callers that never finish do not keep it: within 10 s, in order', async () => {
    const service = await startService({ directory });
    const port = Number(new URL(service.url).port);
    const sockets = [
      'POST /connect/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
      'GET /heal',
      '',
    ].map((text) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(text);
      return socket;
    });
    await delay(100);
    const before = performance.now();
    expect(await service.stop()).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    sockets.forEach((socket) => socket.destroy());
  });

  test('a PUT in flight at the end is there, or was not acknowledged', async () => {
    const service = await startService({ directory });
    const client = await register(service);
    const answers = Promise.allSettled(
      Array.from({ length: 20 }, (_, at) => put(client, valid({ client_name: `Name ${at}` }))),
    );
    await service.stop();
    const accepted = (await answers).flatMap((one) =>
      one.status === 'fulfilled' && one.value.status === 200 ? [one.value.body['client_name']] : [],
    );
    const again: RunningService = await startService({ directory });
    try {
      const { body } = await read({ ...client, uri: client.uri.replace(service.url, again.url) });
      if (accepted.length > 0) expect([...accepted, expect.anything()]).toContainEqual(body['client_name']);
    } finally {
      await again.stop();
    }
  });
});
