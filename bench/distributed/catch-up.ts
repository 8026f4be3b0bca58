import { MongoClient, type Db, type Document } from 'mongodb';
import { load } from '../load.js';
import { admin } from '../operator.js';
import { registration } from '../register.js';
import type { Row } from '../report.js';
import { FIRST_GENERATION, withInstallation, type Installation, type Servers } from './system.js';

/** Documents of one raw bulk write: as many as fit a message of a comfortable size. */
const BULK = 1000;

/**
 * A projector that starts when the events are all there, against raw bulk writes of the documents that it made, into a
 * collection with the same indexes.
 */
export function measureCatchUp(servers: Servers, { events }: { events: number }): Promise<Row[]> {
  return withInstallation(servers, async (installation) => {
    const api = await installation.startApi();
    await load(registration(api), { connections: 64, amount: events });
    const operator = admin(api, installation.tokens);
    await operator.published();
    const start = performance.now();
    // Its start is not part of the figure, but its joining of the group is.
    await installation.startProjector();
    const ready = performance.now();
    await operator.caughtUp();
    const seconds = (performance.now() - start) / 1000;
    const raw = await rawBulkWrites(installation);
    const count = events.toLocaleString('en');
    return [
      {
        what: `a projector catches up with ${count} events, against raw bulk writes of the same ${raw.documents.toLocaleString('en')} documents`,
        figure: `${seconds.toFixed(1)} s (${Math.round(events / seconds).toLocaleString('en')} events/s; ${((ready - start) / 1000).toFixed(1)} s of them until it was ready) against ${raw.seconds.toFixed(1)} s`,
        ratio: raw.seconds / seconds,
      },
    ];
  });
}

async function rawBulkWrites({ mongodb }: Installation): Promise<{ documents: number; seconds: number }> {
  const client = await MongoClient.connect(mongodb.url);
  try {
    return await copy(client.db(mongodb.database));
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
