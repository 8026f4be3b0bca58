import { MongoClient, type Db, type Document } from 'mongodb';
import type { RunningApp } from '../../test/support/distributed/app.js';
import type { Distributed } from '../../test/support/distributed/distributed.js';
import { load } from '../load.js';
import { admin } from '../operator.js';
import { registration } from '../register.js';
import type { Row } from '../report.js';
import { FIRST_GENERATION, tokensOf, withInstallation, type Servers } from './system.js';

/** Documents of one raw bulk write: as many as fit a message of a comfortable size. */
const BULK = 1000;

/**
 * A projector that starts when the events are all there, against raw bulk writes of the documents that it made, into a
 * collection with the same indexes.
 */
export function measureCatchUp(servers: Servers, { events }: { events: number }): Promise<Row[]> {
  return withInstallation(servers, { apis: 1, projectors: 0 }, async (system) => {
    const api = system.apis[0] as RunningApp;
    await load(registration(api), { connections: 64, amount: events });
    const operator = admin(api, tokensOf(system));
    await operator.published();
    // It is ready when it has joined its group: what it takes to start is no part of the figure.
    await system.add('projector');
    const start = performance.now();
    await operator.caughtUp();
    const seconds = (performance.now() - start) / 1000;
    const raw = await rawBulkWrites(system);
    const count = events.toLocaleString('en');
    return [
      {
        what: `a projector catches up with ${count} events, against raw bulk writes of the same ${raw.documents.toLocaleString('en')} documents`,
        figure: `${seconds.toFixed(1)} s (${Math.round(events / seconds).toLocaleString('en')} events/s) against ${raw.seconds.toFixed(1)} s`,
        ratio: raw.seconds / seconds,
      },
    ];
  });
}

async function rawBulkWrites({
  mongodbUrl,
  database,
}: Distributed): Promise<{ documents: number; seconds: number }> {
  const client = await MongoClient.connect(mongodbUrl);
  try {
    return await copy(client.db(database));
  } finally {
    await client.close();
  }
}

/** Only the writing is timed. */
async function copy(db: Db): Promise<{ documents: number; seconds: number }> {
  const model = db.collection(FIRST_GENERATION.clients);
  const raw = db.collection('raw', { writeConcern: { w: 'majority', journal: true } });
  for (const { key, name, unique, partialFilterExpression } of await model.listIndexes().toArray()) {
    if (name === '_id_') continue;
    await raw.createIndex(key as Record<string, 1 | -1>, {
      ...(unique === true ? { unique } : {}),
      ...(partialFilterExpression === undefined
        ? {}
        : { partialFilterExpression: partialFilterExpression as Document }),
    });
  }
  let documents = 0;
  let milliseconds = 0;
  const write = async (batch: Document[]) => {
    const start = performance.now();
    await raw.bulkWrite(
      batch.map((document) => ({ insertOne: { document } })),
      { ordered: false },
    );
    milliseconds += performance.now() - start;
    documents += batch.length;
  };
  let batch: Document[] = [];
  for await (const document of model.find()) {
    if (batch.push(document) < BULK) continue;
    await write(batch);
    batch = [];
  }
  if (batch.length > 0) await write(batch);
  return { documents, seconds: milliseconds / 1000 };
}
