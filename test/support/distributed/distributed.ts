import { mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  freePorts,
  type OwnKafka,
  type OwnMongodb,
  removeFolder,
  startKafka,
  startMongodb,
  temporaryFolder,
} from '@rollbook-servers';
import { type RunningApp, startApp } from './app.js';
import { type Front, startFront } from './front.js';
import { makeSecrets, type SharedSecrets } from './secrets.js';

export type DistributedOptions = {
  /** Processes of `registration-api`; 2 unless said. */
  apis?: number;
  /** Processes of `projector`; 2 unless said. */
  projectors?: number;
  /** A Kafka that is there; otherwise one is started, of so many brokers. */
  kafka?: { brokers: readonly string[] } | { start: 1 | 2 | 3 };
  /** A MongoDB that is there; otherwise a durable one is started. */
  mongodb?: { url: string };
  /** Both `rollbook` unless said. */
  database?: string;
  topicPrefix?: string;
  /** Of the address for all APIs; a free one unless said. */
  port?: number;
  /** Beside what is set here: of every process, of the APIs, of the projectors. */
  env?: Readonly<Record<string, string>>;
  apiEnv?: Readonly<Record<string, string>>;
  projectorEnv?: Readonly<Record<string, string>>;
  /** Called when a process ends that nobody asked to. */
  onDeath?: (name: string, how: string) => void;
};

/** The distributed service: its processes, and the servers that were started for it. */
export type Distributed = {
  /** One address for all APIs; also the public URL. */
  readonly url: string;
  readonly apis: readonly RunningApp[];
  readonly projectors: readonly RunningApp[];
  /** Null where one was given. */
  readonly kafka: OwnKafka | null;
  readonly mongodb: OwnMongodb | null;
  readonly brokers: readonly string[];
  readonly mongodbUrl: string;
  readonly database: string;
  readonly topicPrefix: string;
  /** Files of this run, 0700: tokens and keys, and the logs of the processes in `logs/`. */
  readonly directory: string;
  readonly secrets: SharedSecrets;
  /** As a service of one process has them. */
  adminToken(): string;
  auditorToken(): string;
  /** The body of a GET with the auditor's token. */
  audit(at: string): Promise<string>;
  /** What all processes have written so far. */
  output(): string;
  /** Starts one more API behind no front, or one more projector. */
  add(app: 'registration-api' | 'projector', env?: Readonly<Record<string, string>>): Promise<RunningApp>;
  /** SIGTERM to every process, then the servers, then the files. Gives every process's exit status by name. */
  stop(): Promise<Record<string, number | null>>;
};

/**
 * Starts the whole distributed service on this machine from the built code, on the servers given or on its own.
 *
 * @returns when every process says that it is ready
 */
export async function startDistributed(options: DistributedOptions = {}): Promise<Distributed> {
  const directory = temporaryFolder('distributed');
  const logFolder = path.join(directory, 'logs');
  mkdirSync(logFolder);
  const { onDeath } = options;
  const deathOf = (name: string) =>
    onDeath === undefined ? {} : { onDeath: (how: string) => onDeath(name, how) };
  const database = options.database ?? 'rollbook';
  const topicPrefix = options.topicPrefix ?? 'rollbook';
  const apps: RunningApp[] = [];
  const own: { kafka: OwnKafka | null; mongodb: OwnMongodb | null } = { kafka: null, mongodb: null };
  let front: Front | null = null;

  async function stop(): Promise<Record<string, number | null>> {
    await Promise.all(apps.map((app) => app.stop()));
    // Last, so that answers under way still go out.
    await front?.stop();
    await Promise.all([own.kafka?.stop(), own.mongodb?.stop()]);
    removeFolder(directory);
    return Object.fromEntries(apps.map(({ name, status }) => [name, status]));
  }

  try {
    const given = options.kafka ?? { start: 1 };
    const startOwnKafka = async (brokers: 1 | 2 | 3) => {
      own.kafka = await startKafka({ brokers, ...deathOf('Kafka') });
    };
    const startOwnMongodb = async () => {
      own.mongodb = await startMongodb({ durable: true, ...deathOf('MongoDB') });
    };
    await allStarted([
      ...('start' in given ? [startOwnKafka(given.start)] : []),
      ...(options.mongodb === undefined ? [startOwnMongodb()] : []),
    ]);
    const brokers = 'brokers' in given ? given.brokers : (own.kafka?.brokers ?? []);
    const mongodbUrl = withDatabase(options.mongodb?.url ?? own.mongodb?.url ?? '', database);
    const secrets = await makeSecrets(directory, mongodbUrl);
    const [frontPort = 0, ...apiPorts] = await freePorts(1 + (options.apis ?? 2));
    const port = options.port ?? frontPort;
    const url = `http://localhost:${port}`;
    const env = {
      ROLLBOOK_KAFKA_REPLICATION_FACTOR: String(brokers.length),
      ...options.env,
      ROLLBOOK_KAFKA_BROKERS: brokers.join(','),
      ROLLBOOK_KAFKA_TOPIC_PREFIX: topicPrefix,
      ROLLBOOK_PUBLIC_URL: url,
      ...secrets.env,
    };
    const started = { 'registration-api': 0, projector: 0 };
    const start = async (app: keyof typeof started, atPort: number, more = {}) => {
      started[app] += 1;
      const name = `${app}-${started[app]}`;
      const ofItsKind = app === 'projector' ? options.projectorEnv : options.apiEnv;
      const running = await startApp({
        app,
        name,
        port: atPort,
        env: { ...env, ...ofItsKind, ...more },
        logFolder,
        ...deathOf(name),
      });
      apps.push(running);
      return running;
    };
    const projectorPorts = await freePorts(options.projectors ?? 2);
    front = await startFront(port, apiPorts);
    await allStarted([
      ...apiPorts.map((at) => start('registration-api', at)),
      ...projectorPorts.map((at) => start('projector', at)),
    ]);
    const byName = (prefix: string) =>
      apps.filter(({ name }) => name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      url,
      apis: byName('registration-api'),
      projectors: byName('projector'),
      ...own,
      brokers,
      mongodbUrl,
      database,
      topicPrefix,
      directory,
      secrets,
      adminToken: () => secrets.adminToken,
      auditorToken: () => secrets.auditorToken,
      audit: async (at) => {
        const response = await patiently(() =>
          fetch(url + at, { headers: { authorization: `Bearer ${secrets.auditorToken}` } }),
        );
        if (!response.ok) throw new Error(`GET ${at}: ${response.status} ${await response.text()}`);
        return response.text();
      },
      output: () => apps.map((app) => app.output()).join(''),
      add: async (app, more) => start(app, (await freePorts(1))[0] ?? 0, more),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const READ_TRIES = 5;

/** All of them, or the first failure, but not before every one has started or failed: what has started can be stopped. */
async function allStarted(starting: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(starting);
  await Promise.all(starting);
}

/** A connection that was kept may end at the moment of the next request: to read, it is asked again. */
export async function patiently<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries === READ_TRIES) throw error;
    }
  }
}

/** The URL with the database in its path, its options kept. */
export function withDatabase(url: string, database: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(url);
  if (parts === null) throw new Error('not a connection string of MongoDB');
  return `${parts[1]}/${database}${parts[2] ?? ''}`;
}
