import { randomBytes } from 'node:crypto';
import { startKafka, startMongodb } from '@rollbook-servers';
import { startDistributed, type Distributed } from '../../test/support/distributed/distributed.js';
import type { Tokens } from '../operator.js';

/** Enough for the stand-in to keep some hundred thousand clients in memory; ignored by other servers. */
const STAND_IN_HEAP_MB = 6144;
/** Collections of the read model of an installation that was never rebuilt. */
export const FIRST_GENERATION = { clients: 'clients_1', checkpoints: 'checkpoints_1' } as const;
const KINDS = {
  mongod: 'a mongod of its own',
  container: 'a mongod of its own, in a container',
  'stand-in': 'the stand-in of the tests, in memory',
} as const;

export type Servers = {
  mongodbUrl: string;
  brokers: readonly string[];
  /** Which they are, for who reads the figures. */
  says: string;
  stop(): Promise<void>;
};

/** MongoDB and Kafka: those whose addresses the environment has, as for the tests, and new ones otherwise. */
export async function startServers(): Promise<Servers> {
  const given = (process.env['ROLLBOOK_TEST_KAFKA_BROKERS'] ?? '').split(',').filter((one) => one !== '');
  const url = process.env['ROLLBOOK_TEST_MONGODB_URL'] ?? '';
  const kafka = given.length > 0 ? null : await startKafka({ isKilled: false });
  const mongodb = url !== '' ? null : await startMongodb({ heapMb: STAND_IN_HEAP_MB }).catch(stopping(kafka));
  return {
    mongodbUrl: mongodb?.url ?? url,
    brokers: kafka?.brokers ?? given,
    says: [
      `MongoDB: ${mongodb === null ? 'the one of the environment' : KINDS[mongodb.kind]}`,
      `Kafka: ${kafka === null ? `the one of the environment, ${given.length} brokers` : `one broker of its own (${kafka.kind})`}`,
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

/** Gives `work` a distributed service of its own on the servers, and stops it, also when it fails. */
export async function withInstallation<Result>(
  servers: Servers,
  processes: { apis: number; projectors: number },
  work: (system: Distributed) => Promise<Result>,
): Promise<Result> {
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const system = await startDistributed({
    ...processes,
    kafka: { brokers: servers.brokers },
    mongodb: { url: servers.mongodbUrl },
    database: name,
    topicPrefix: name,
    env: { ROLLBOOK_LOG_LEVEL: 'warn' },
    apiEnv: { ROLLBOOK_RATE_LIMIT_PER_MINUTE: '0' },
  });
  try {
    return await work(system);
  } finally {
    await system.stop();
  }
}

export const tokensOf = (system: Distributed): Tokens => ({
  admin: () => system.adminToken(),
  auditor: () => system.auditorToken(),
});
