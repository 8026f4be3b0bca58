import { MongoClient, type Collection, type Document } from 'mongodb';
import type { RunningApp } from '../../test/support/distributed/app.js';
import type { Distributed } from '../../test/support/distributed/distributed.js';
import { load, median } from '../load.js';
import { sumOfMetric } from '../metrics.js';
import { registration } from '../register.js';
import type { Row } from '../report.js';
import { withInstallation, type Servers } from './system.js';

const CONNECTIONS = 64;
/** Documents that the raw inserts write again, at most. */
const RAW_DOCUMENTS = 20_000;
const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/**
 * Registrations per second through one API process against concurrent raw inserts of the same log documents, and
 * through two processes against one, with the share of appends that had to be numbered anew.
 */
export function measureAppends(
  servers: Servers,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Row[]> {
  return withInstallation(servers, { apis: 2, projectors: 0 }, async (system) => {
    const [first, second] = system.apis as [RunningApp, RunningApp];
    await load(registration(first), { connections: CONNECTIONS, seconds: 3 });
    await load(registration(second), { connections: CONNECTIONS, seconds: 3 });
    const figures = {
      one: [] as number[],
      two: [] as number[],
      raw: [] as number[],
      renumbered: [] as number[],
    };
    const client = await MongoClient.connect(servers.mongodbUrl);
    try {
      for (let round = 0; round < rounds; round++) {
        figures.one.push((await load(registration(first), { connections: CONNECTIONS, seconds })).perSecond);
        figures.raw.push(await rawInserts(client, system, seconds));
        const { perSecond, renumbered } = await together([first, second], seconds);
        figures.two.push(perSecond);
        figures.renumbered.push(renumbered);
      }
    } finally {
      await client.close();
    }
    const [one, two, raw] = [median(figures.one), median(figures.two), median(figures.raw)];
    return [
      {
        what: `one registration-api process, ${CONNECTIONS} connections, against as many concurrent raw inserts of the same documents`,
        figure: `${Math.round(one)}/s against ${Math.round(raw)}/s`,
        ratio: one / raw,
        goal: { text: '≥ 0.8', met: (ratio) => ratio >= 0.8 },
      },
      {
        what: 'two registration-api processes against one',
        figure: `${Math.round(two)}/s against ${Math.round(one)}/s; ${(median(figures.renumbered) * 100).toFixed(1)} % of the appends numbered anew`,
        ratio: two / one,
      },
    ];
  });
}

async function together(
  apis: readonly RunningApp[],
  seconds: number,
): Promise<{ perSecond: number; renumbered: number }> {
  const counters = () =>
    Promise.all(
      ['renumbered', 'commands'].map((what) => sumOfMetric(apis, `rollbook_append_${what}_total`)),
    ) as Promise<[number, number]>;
  const before = await counters();
  const connections = CONNECTIONS / apis.length;
  const results = await Promise.all(apis.map((api) => load(registration(api), { connections, seconds })));
  const after = await counters();
  return {
    perSecond: results.reduce((sum, { perSecond }) => sum + perSecond, 0),
    renumbered: (after[0] - before[0]) / (after[1] - before[1]),
  };
}

/** Inserts per second, one document each, of what the log holds, into a collection with the log's index. */
async function rawInserts(client: MongoClient, { database }: Distributed, seconds: number): Promise<number> {
  const db = client.db(database);
  const documents = await db.collection('log').find().limit(RAW_DOCUMENTS).toArray();
  const raw = db.collection('raw', DURABLE);
  try {
    await raw.createIndex({ commit: 1 }, { unique: true });
    return await insertAll(raw, documents, seconds);
  } finally {
    await raw.drop();
  }
}

async function insertAll(raw: Collection, documents: readonly Document[], seconds: number): Promise<number> {
  let next = 0;
  const start = performance.now();
  const worker = async () => {
    while (performance.now() - start < seconds * 1000) {
      const document = documents[next++];
      if (document === undefined) return;
      await raw.insertOne(document);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return (Math.min(next, documents.length) * 1000) / (performance.now() - start);
}
