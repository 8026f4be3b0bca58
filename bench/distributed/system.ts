import { randomBytes } from 'node:crypto';
import { startKafka, startMongodb } from '@rollbook-servers';
import type { Tokens } from '../operator.js';
import { freePort, startApp, type Process } from '../processes.js';

/** Enough for the stand-in to keep some hundred thousand clients in memory; ignored by other servers. */
const STAND_IN_HEAP_MB = 2048;
export const PARTITIONS = 6;
/** Collections of the read model of an installation that was never rebuilt. */
export const FIRST_GENERATION = { clients: 'clients_1', checkpoints: 'checkpoints_1' } as const;

export type Servers = { mongodbUrl: string; brokers: readonly string[]; says: string; stop(): Promise<void> };

/** A distributed service of its own on the servers: its database, its topics, its keys. */
export type Installation = {
  mongodb: { url: string; database: string };
  brokers: readonly string[];
  topicPrefix: string;
  tokens: Tokens;
  startApi(): Promise<Process>;
  startProjector(): Promise<Process>;
  /** Stops what was started, the last first. */
  stop(): Promise<void>;
};

/**
 * MongoDB and Kafka: those whose addresses the environment has, as for the tests, and new ones otherwise.
 */
export async function startServers(): Promise<Servers> {
  const brokers = (process.env['ROLLBOOK_TEST_KAFKA_BROKERS'] ?? '').split(',').filter((one) => one !== '');
  const url = process.env['ROLLBOOK_TEST_MONGODB_URL'] ?? '';
  const kafka = brokers.length > 0 ? null : await startKafka({ isKilled: false });
  const mongodb = url !== '' ? null : await startMongodb({ heapMb: STAND_IN_HEAP_MB }).catch(stopping(kafka));
  const kindOf = {
    mongod: 'mongod of this machine',
    container: 'mongod in a container',
    'stand-in': 'the stand-in of the tests, in memory (no mongod here)',
  };
  return {
    mongodbUrl: mongodb?.url ?? url,
    brokers: kafka?.brokers ?? brokers,
    says: [
      `MongoDB: ${mongodb === null ? 'the one of the environment' : kindOf[mongodb.kind]}`,
      `Kafka: ${kafka === null ? `the one of the environment, ${brokers.length} brokers` : `one broker of its own (${kafka.kind})`}`,
    ].join('; '),
    stop: async () => void (await Promise.all([kafka?.stop(), mongodb?.stop()])),
  };
}

const stopping =
  (kafka: { stop(): Promise<void> } | null) =>
  async (error: unknown): Promise<never> => {
    await kafka?.stop();
    throw error;
  };

/** Gives `work` a new installation and stops it, also when it fails. */
export async function withInstallation<Result>(
  servers: Servers,
  work: (installation: Installation) => Promise<Result>,
): Promise<Result> {
  const installation = install(servers);
  try {
    return await work(installation);
  } finally {
    await installation.stop();
  }
}

function install(servers: Servers): Installation {
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const token = () => randomBytes(24).toString('hex');
  const tokens = { admin: token(), auditor: token() };
  const common = {
    ROLLBOOK_MONGODB_URL: withDatabase(servers.mongodbUrl, name),
    ROLLBOOK_KAFKA_BROKERS: servers.brokers.join(','),
    ROLLBOOK_KAFKA_TOPIC_PREFIX: name,
    ROLLBOOK_KAFKA_PARTITIONS: String(PARTITIONS),
    ROLLBOOK_KAFKA_REPLICATION_FACTOR: String(Math.min(3, servers.brokers.length)),
    ROLLBOOK_LOG_LEVEL: 'warn',
  };
  const masterKey = randomBytes(32).toString('hex');
  const started: Process[] = [];
  const start = async (app: Parameters<typeof startApp>[0], port: number, env: Record<string, string>) => {
    const process = await startApp(app, port, { ...common, ...env });
    started.push(process);
    return process;
  };
  return {
    mongodb: { url: servers.mongodbUrl, database: name },
    brokers: servers.brokers,
    topicPrefix: name,
    tokens: { admin: () => tokens.admin, auditor: () => tokens.auditor },
    async startApi() {
      const port = await freePort();
      return start('registration-api', port, {
        ROLLBOOK_PORT: String(port),
        ROLLBOOK_PUBLIC_URL: 'http://localhost:3000',
        ROLLBOOK_ADMIN_TOKENS: `bench:${tokens.admin}`,
        ROLLBOOK_AUDITOR_TOKENS: `bench:${tokens.auditor}`,
        ROLLBOOK_MASTER_KEY: masterKey,
        ROLLBOOK_RATE_LIMIT_PER_MINUTE: '0',
      });
    },
    async startProjector() {
      const port = await freePort();
      return start('projector', port, { ROLLBOOK_PROJECTOR_PORT: String(port) });
    },
    async stop() {
      for (const process of started.toReversed()) await process.stop();
    },
  };
}

/** The connection string with that database as its path. Not the WHATWG parser's: several hosts are no URL to it. */
const withDatabase = (url: string, database: string): string =>
  url.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${database}`);
