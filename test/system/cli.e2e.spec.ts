import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { everySystem, type RunningSystem } from '../support/systems.js';

everySystem((startSystem) => {
  // The command line against the real service: one client's life, as its three kinds of users see it.

  let service: RunningSystem;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'rollbook-cli-'));
    service = await startSystem();
  });
  afterAll(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  type Result = { status: number | null; stdout: string; stderr: string };

  /** @param staff whose token the command gets, as the service wrote it to its data directory */
  function rollbook(args: readonly string[], staff?: 'admin' | 'auditor', stdin = ''): Promise<Result> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args], {
        env: {
          PATH: process.env['PATH'],
          ROLLBOOK_URL: service.url,
          ...(staff === undefined ? {} : { ROLLBOOK_TOKEN_FILE: service.tokenFile(staff) }),
        },
      });
      const result: Result = { status: null, stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString()));
      child.on('close', (status) => resolve({ ...result, status }));
      child.stdin.end(stdin);
    });
  }

  /** Runs a command that must succeed, and gives what it printed. */
  async function prints(
    args: readonly string[],
    staff?: 'admin' | 'auditor',
    stdin?: string,
  ): Promise<string> {
    const { status, stdout, stderr } = await rollbook(args, staff, stdin);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }
  const json = async (...call: Parameters<typeof prints>) =>
    JSON.parse(await prints(...call)) as Record<string, unknown>;

  test('register, read, update, rotate, suspend, reinstate, list, history, export, replay, rebuild, delete', async () => {
    const saved = path.join(folder, 'my.json');
    const metadata = path.join(folder, 'metadata.json');
    writeFileSync(
      metadata,
      JSON.stringify({ client_name: 'Command line', redirect_uris: ['https://example.com/callback'] }),
    );

    expect(await json(['validate', metadata])).toMatchObject({
      warnings: [],
      metadata: { client_name: 'Command line' },
    });
    const { client_id, client_secret } = await json([
      'register',
      metadata,
      '--contacts',
      'me@private.example',
      '--save',
      saved,
    ]);
    const id = String(client_id);
    expect(await json(['get', '--client', saved])).toMatchObject({
      client_id,
      contacts: ['me@private.example'],
    });

    const changed = { client_name: 'Renamed', redirect_uris: ['https://example.com/other'] };
    expect(await json(['update', '-', '--client', saved], undefined, JSON.stringify(changed))).toMatchObject(
      changed,
    );
    expect(JSON.parse(readFileSync(saved, 'utf8'))).toMatchObject({ ...changed, client_secret });
    const rotated = await json(['rotate-secret', '--client', saved, '--overlap-seconds', '0']);
    expect(rotated['client_secret']).not.toBe(client_secret);
    expect(JSON.parse(readFileSync(saved, 'utf8'))).toMatchObject({
      client_secret: rotated['client_secret'],
    });

    expect(await json(['suspend', '--reason', 'a test', '--', id], 'admin')).toMatchObject({
      status: 'suspended',
    });
    expect((await rollbook(['get', '--client', saved])).status).toBe(3);
    expect(await json(['reinstate', '--reason', 'the test is over', '--', id], 'admin')).toMatchObject({
      status: 'active',
    });
    expect(await json(['show', '--', id], 'admin')).toMatchObject({ client_id, status: 'active' });
    expect(await json(['rotate-secret', '--operator', '--', id], 'admin')).toMatchObject({
      client_secret: expect.any(String),
    });
    expect(await json(['new-access-token', '--save', saved, '--', id], 'admin')).toMatchObject({ client_id });
    expect(await json(['get', '--client', saved])).toMatchObject({ client_id });

    expect(await prints(['rebuild'], 'admin')).toContain('model version 2');
    expect(await prints(['list', '--name', 'renamed'], 'admin')).toContain(id);
    expect(await prints(['parked', 'list'], 'admin')).toBe('client_id  version  position  skipped  reason\n');
    expect((await rollbook(['parked', 'retry', '--', id], 'admin')).status).toBe(1);
    const history = await prints(['history', '--', id], 'auditor');
    expect(history).toMatch(/client_name: Command line -> Renamed/);
    expect(history).toMatch(
      /ClientSuspended {2}by operator admin .*\n {4}reason: a test\n {4}from: 127\.0\.0\.1/,
    );
    expect(await json(['history', '--at', '1', '--', id], 'auditor')).toMatchObject({
      metadata: { client_name: 'Command line' },
    });
    expect((await prints(['export'], 'auditor')).trimEnd().split('\n').at(-1)).toContain('"export"');
    expect(await prints(['replay'], 'auditor')).toContain('equal to the read model');

    expect(await prints(['delete', '--client', saved])).toBe('');
    expect((await rollbook(['get', '--client', saved])).status).toBe(3);
    expect(await json(['--json', 'list', '--status', 'deleted'], 'admin')).toMatchObject({
      items: [{ client_id }],
    });
  });

  test('RFC 7591 §3.2.2 · a refusal says what to change, and the exit status says it was one', async () => {
    const { status, stderr } = await rollbook(['register', '--redirect-uris', 'http://example.com/callback']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^rollbook: invalid_redirect_uri: redirect_uris: .*https/);
  });

  test('an auditor token lists no clients, an admin token exports no events', async () => {
    expect((await rollbook(['list'], 'auditor')).status).toBe(3);
    expect((await rollbook(['export'], 'admin')).status).toBe(3);
  });
});
