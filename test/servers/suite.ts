import { randomBytes } from 'node:crypto';
import { currentRun } from './run-environment.js';
import type { SharedServers } from './run.js';
import type { Need } from './sources.js';

/**
 * `describe` for a suite that needs servers. Where one of them can't be had, the suite is skipped and says what to
 * install; with ROLLBOOK_TEST_REQUIRE_SERVERS=1 it fails instead.
 */
export function describeWithServers(title: string, needs: readonly Need[], body: () => void): void {
  const sources = runOf().sources;
  const missing = needs.flatMap((need) => {
    const found = sources[need];
    return 'missing' in found ? [found.missing] : [];
  });
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const sentence = [...new Set(missing)].join('; ');
  if (process.env['ROLLBOOK_TEST_REQUIRE_SERVERS'] === '1') {
    describe(title, () => {
      test('has its servers', () => {
        throw new Error(sentence);
      });
    });
    return;
  }
  process.stderr.write(`rollbook: skipped "${title}": ${sentence}\n`);
  describe.skip(title, body);
}

export type SuiteMongodb = {
  /** Of the server; without a database. */
  url: string;
  /** Fresh, and this suite's own. */
  database: string;
  kind: SharedServers['mongodb']['kind'];
  /** Drops every database whose name starts with `database`. */
  drop(): Promise<void>;
};

/** The run's MongoDB, started when the first suite asks, with a database name of the suite's own. */
export async function mongodbForSuite(): Promise<SuiteMongodb> {
  const { url, kind } = await ask<SharedServers['mongodb']>('mongodb');
  const database = uniqueName();
  const drop = async () => {
    const { MongoClient } = await import('mongodb');
    const client = new MongoClient(url);
    try {
      const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
      const names = databases.map(({ name }) => name).filter((name) => name.startsWith(database));
      // The longest first: the stand-in removes a database whole only when no longer name starts with its own.
      for (const name of names.sort((a, b) => b.length - a.length)) await client.db(name).dropDatabase();
    } finally {
      await client.close();
    }
  };
  return { url, database, kind, drop };
}

export type SuiteKafka = {
  /** `host:port` */
  brokers: string[];
  /** This suite's own. */
  topicPrefix: string;
  kind: SharedServers['kafka']['kind'];
  /** Deletes every topic whose name starts with `topicPrefix`: for a Kafka that outlives the run. */
  drop(): Promise<void>;
};

/** The run's Kafka of one broker, started when the first suite asks, with a topic prefix of the suite's own. */
export async function kafkaForSuite(): Promise<SuiteKafka> {
  const { brokers, kind } = await ask<SharedServers['kafka']>('kafka');
  const topicPrefix = uniqueName();
  const drop = async () => {
    const { Kafka, logLevel } = (await import('kafkajs')).default;
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    try {
      await admin.connect();
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(topicPrefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    } finally {
      await admin.disconnect();
    }
  };
  return { brokers, topicPrefix, kind, drop };
}

const uniqueName = () => `test_${randomBytes(6).toString('hex')}`;

function runOf() {
  const run = currentRun();
  if (run === null) throw new Error('servers belong to suites of the levels int and e2e');
  return run;
}

async function ask<Shared>(server: 'kafka' | 'mongodb'): Promise<Shared> {
  const response = await fetch(`${runOf().endpoint}/${server}`);
  const answer = (await response.json()) as Shared & { error?: string };
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
