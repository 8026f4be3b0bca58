import path from 'node:path';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';
import { startDistributed } from './distributed/distributed.js';
import { type RunningService, startService } from './service.js';
import { type Stored, storedCollections, storedFiles, storedTopics } from './stored.js';

/** What a journey may ask for; everything else is the same in every system. */
export type SystemOptions = {
  /** Of every process that answers requests. */
  env?: Readonly<Record<string, string>>;
  /** Processes that answer requests, where there can be several; 2 unless said. */
  apis?: number;
  /** Projectors, where they are processes of their own; 1 unless said, 0 for journeys that read no lists. */
  projectors?: number;
};

/** A running service of either kind, as its users meet it: one address. */
export type RunningSystem = {
  /** Also its public URL, unless the environment says otherwise. */
  url: string;
  /** Addresses of the processes that answer requests, each by itself. */
  processes: readonly string[];
  adminToken(): string;
  auditorToken(): string;
  /** A file with that token as an operator has it, lines `name:token`. */
  tokenFile(staff: 'admin' | 'auditor'): string;
  /** The body of a GET with the auditor's token. */
  audit(at: string): Promise<string>;
  /** What its processes have written to stdout and stderr so far. */
  output(): string;
  /** Everything that it keeps: files, or collections and topics. */
  stored(): Promise<Stored[]>;
  /** Whether every process is still there. */
  alive(): boolean;
  /** SIGTERM to every process. Gives the exit status, the worst of several. */
  stop(): Promise<number | null>;
};
export type StartSystem = (options?: SystemOptions) => Promise<RunningSystem>;

/**
 * Runs journeys against every way to run the service: the embedded one, and the distributed one with two processes
 * behind one address, on the servers of this run.
 *
 * @param journeys given what starts a system of that kind
 */
export function everySystem(journeys: (startSystem: StartSystem) => void): void {
  describe('embedded', () => journeys(startEmbeddedSystem));
  describeWithServers('distributed', ['kafka', 'mongodb'], () => journeys(startDistributedSystem));
}

async function startEmbeddedSystem({ env = {} }: SystemOptions = {}): Promise<RunningSystem> {
  const service: RunningService = await startService({ env });
  return {
    ...service,
    tokenFile: (staff) => path.join(service.directory, `${staff}-tokens`),
    processes: [service.url],
    stored: async () => storedFiles(service.directory),
    alive: () => service.child.exitCode === null && service.child.signalCode === null,
  };
}

async function startDistributedSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  const [mongodb, kafka] = await Promise.all([mongodbForSuite(), kafkaForSuite()]);
  const deaths: string[] = [];
  const service = await startDistributed({
    mongodb,
    kafka,
    database: mongodb.database,
    topicPrefix: kafka.topicPrefix,
    apis: options.apis ?? 2,
    projectors: options.projectors ?? 1,
    env: { ROLLBOOK_KAFKA_PARTITIONS: '3' },
    apiEnv: { ROLLBOOK_RATE_LIMIT_PER_MINUTE: '0', ...options.env },
    onDeath: (name, how) => deaths.push(`${name}: ${how}`),
  });
  return {
    ...service,
    tokenFile: (staff) =>
      staff === 'admin' ? service.secrets.adminTokensFile : service.secrets.auditorTokensFile,
    processes: service.apis.map(({ url }) => url),
    stored: async () => [
      ...(await storedCollections(mongodb.url, mongodb.database)),
      ...(await storedTopics(kafka.brokers, kafka.topicPrefix)),
    ],
    alive: () => deaths.length === 0,
    stop: async () => {
      const statuses = Object.values(await service.stop());
      await Promise.all([mongodb.drop(), kafka.drop()]);
      return statuses.find((status) => status !== 0) ?? 0;
    },
  };
}
