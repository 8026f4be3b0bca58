import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  describeWithServers,
  freePorts,
  kafkaForSuite,
  mongodbForSuite,
  startTcpProxy,
} from '@rollbook-servers';
import { ensureTopics } from '@rollbook/event-relay';
import { withDatabase } from '../support/distributed/distributed.js';
import { call, register } from '../support/staff.js';

// How registration-api starts, waits, and refuses to start.

const MAIN = path.resolve('dist/apps/registration-api/src/main.js');
const ADMIN = 'admin-token-0123456789';
const SECRET = 'do-not-print-this-value';
/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';
const ENOUGH = {
  ROLLBOOK_MONGODB_URL: `mongodb://user:${SECRET}@${NOWHERE}/?directConnection=true`,
  ROLLBOOK_KAFKA_BROKERS: NOWHERE,
  ROLLBOOK_PUBLIC_URL: 'http://localhost:3000',
  ROLLBOOK_ADMIN_TOKENS: `ops:${ADMIN}`,
  ROLLBOOK_AUDITOR_TOKENS: 'audit:auditor-token-0123456789',
  ROLLBOOK_MASTER_KEY: 'a1'.repeat(32),
};

type Started = {
  url: string;
  child: ChildProcess;
  said(): string;
  ended: Promise<number | null>;
  /** Resolves when a line has this in it; rejects when the process ends before. */
  says(text: string): Promise<void>;
};
const running: Started[] = [];
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

async function start(env: Record<string, string>): Promise<Started> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ROLLBOOK_PORT: String(port), ...ENOUGH, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const says = async (text: string) => {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output}`);
      await delay(10);
    }
  };
  const started = { url: `http://127.0.0.1:${port}`, child, said: () => output, ended, says };
  running.push(started);
  return started;
}
/** What a start that is expected to fail has said, once it has. */
async function startFails(env: Record<string, string>): Promise<{ status: number | null; said: string }> {
  const started = await start(env);
  return { status: await started.ended, said: started.said() };
}
const health = async (url: string, kind: 'live' | 'ready') =>
  (await call({ url }, 'GET', `/health/${kind}`)).status;

describe('design §12 · what an operator has to mend', () => {
  test.each<[claim: string, env: Record<string, string>, says: RegExp]>([
    [
      'what all processes must have alike',
      { ROLLBOOK_MASTER_KEY: '', ROLLBOOK_PUBLIC_URL: '' },
      /^ROLLBOOK_PUBLIC_URL: expected a value.*\nROLLBOOK_MASTER_KEY: expected a value.*\n$/,
    ],
    [
      'a variable of the embedded service',
      { ROLLBOOK_DATA_DIR: SECRET },
      /^ROLLBOOK_DATA_DIR: .*embedded.*\n$/,
    ],
    [
      'a connection string that the driver does not understand',
      { ROLLBOOK_MONGODB_URL: `mongodb://user:${SECRET}@host/?${SECRET}=1` },
      /^ROLLBOOK_MONGODB_URL: .*\(MongoParseError\)\n$/,
    ],
    ['half of SASL', { ROLLBOOK_KAFKA_SASL_PASSWORD: SECRET }, /^ROLLBOOK_KAFKA_SASL_MECHANISM, .*\n$/],
    ['a policy that is not there', { ROLLBOOK_POLICY: '/nowhere.json' }, /^ROLLBOOK_POLICY: .*ENOENT.*\n$/],
    [
      'recipients with private keys',
      { ROLLBOOK_SECRET_RECIPIENTS: `{"keys":[{"kty":"oct","k":"${SECRET}"}]}` },
      /^ROLLBOOK_SECRET_RECIPIENTS: .*\n$/,
    ],
  ])(
    '%s: one line each, which names no value, and before anything is waited for',
    async (_claim, env, says) => {
      const { status, said } = await startFails(env);
      expect(said).toMatch(says);
      expect(said).not.toContain(SECRET);
      expect(status).toBe(1);
    },
  );
});

describeWithServers('registration-api starts', ['kafka', 'mongodb'], () => {
  let mongodb: Awaited<ReturnType<typeof mongodbForSuite>>;
  let kafka: Awaited<ReturnType<typeof kafkaForSuite>>;
  beforeAll(async () => {
    [mongodb, kafka] = await Promise.all([mongodbForSuite(), kafkaForSuite()]);
  });
  afterAll(() => Promise.all([mongodb.drop(), kafka.drop()]));
  const servers = (name: string) => ({
    ROLLBOOK_MONGODB_URL: withDatabase(mongodb.url, `${mongodb.database}_${name}`),
    ROLLBOOK_KAFKA_BROKERS: kafka.brokers.join(','),
    ROLLBOOK_KAFKA_TOPIC_PREFIX: `${kafka.topicPrefix}_${name}`,
    ROLLBOOK_KAFKA_PARTITIONS: '2',
  });

  test('design §7 · topics that are not as they must be stop it, with a sentence for each', async () => {
    const env = servers('wrong');
    await ensureTopics(
      { brokers: kafka.brokers, tls: false, sasl: null, clientId: 'test' },
      { prefix: env.ROLLBOOK_KAFKA_TOPIC_PREFIX, partitions: 3, replicationFactor: 1 },
    );
    const { status, said } = await startFails(env);
    expect(said).toMatch(/events\.v1 .*3.*2/);
    expect(said).toMatch(/clients\.v1 .*3.*2/);
    expect(said.trim().split('\n')).toHaveLength(2);
    expect(status).toBe(1);
  });

  test('design §8 · Kafka down at the start: registrations are accepted, it is ready and alive, and says so', async () => {
    const api = await start({ ...servers('kafka_down'), ROLLBOOK_KAFKA_BROKERS: NOWHERE });
    await api.says('listening on');
    const { client_id } = await register(api);
    expect([await health(api.url, 'live'), await health(api.url, 'ready')]).toEqual([200, 200]);
    const { json } = await call(api, 'GET', `/admin/clients/${client_id}`, { token: ADMIN });
    expect(json).toMatchObject({ position: 1, publishedPosition: 0 });
    expect(api.said()).toContain('Kafka does not answer: registrations are accepted, and published later');
    const metrics = (await call(api, 'GET', '/metrics')).text;
    expect(metrics).toContain('rollbook_published_lag_events{publisher="events"} 1');
    api.child.kill('SIGTERM');
    expect(await api.ended).toBe(0);
  });

  test('design §8 · the database down at the start: it waits and says so; down later: not ready, alive, 503', async () => {
    const { hostname, port } = new URL(mongodb.url);
    const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    proxy.cut();
    try {
      const url = withDatabase(
        `mongodb://${proxy.host}:${proxy.port}/?directConnection=true`,
        `${mongodb.database}_mongodb_down`,
      );
      const api = await start({ ...servers('mongodb_down'), ROLLBOOK_MONGODB_URL: url });
      await api.says('the database does not answer: waiting for it');
      proxy.heal();
      await api.says('listening on');
      await register(api);
      expect(await health(api.url, 'ready')).toBe(200);
      proxy.cut();
      const body = { redirect_uris: ['https://app.example/cb'] };
      const refused = await call(api, 'POST', '/connect/register', { body });
      expect([refused.status, refused.json['error']]).toEqual([503, 'temporarily_unavailable']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect([await health(api.url, 'ready'), await health(api.url, 'live')]).toEqual([503, 200]);
      const metrics = await call(api, 'GET', '/metrics');
      expect([metrics.status, metrics.status === 200 ? '' : api.said()]).toEqual([200, '']);
      expect(metrics.text).toContain('rollbook_storage_up 0');
      expect(metrics.text).not.toMatch(/^rollbook_log_head /m);
      proxy.heal();
      while ((await health(api.url, 'ready')) !== 200) await delay(50);
      await register(api);
      expect((await call(api, 'GET', '/metrics')).text).toContain('rollbook_storage_up 1');
    } finally {
      await proxy.stop();
    }
  });

  test('design §3 · without recipients a client whose secret works as a key is refused, with the reason', async () => {
    const api = await start(servers('recipients'));
    await api.says('listening on');
    const body = {
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'client_secret_jwt',
    };
    const { status, json } = await call(api, 'POST', '/connect/register', { body });
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata']);
    expect(json['error_description']).toMatch(/no recipient of sealed secrets is configured/);
  });

  test('design §3 · another master key than the other processes have stops it', async () => {
    const env = servers('master_key');
    const api = await start(env);
    await api.says('listening on');
    const { status, said } = await startFails({ ...env, ROLLBOOK_MASTER_KEY: 'b2'.repeat(32) });
    expect([status, said]).toEqual([1, expect.stringMatching(/^the master key is not the one .*\n$/)]);
  });
});
