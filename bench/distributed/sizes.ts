import { BSON, MongoClient } from 'mongodb';
import { load } from '../load.js';
import { admin } from '../operator.js';
import { registration } from '../register.js';
import type { Row } from '../report.js';
import { watchRecords } from './record-sizes.js';
import { FIRST_GENERATION, withInstallation, type Installation, type Servers } from './system.js';

const REGISTRATIONS = 1_000;

/**
 * Octets that one registration takes in each place, before compression and without indexes: what operators multiply.
 */
export function measureSizes(servers: Servers): Promise<Row[]> {
  return withInstallation(servers, async (installation) => {
    const api = await installation.startApi();
    await installation.startProjector();
    await load(registration(api), { connections: 16, amount: REGISTRATIONS });
    await admin(api, installation.tokens).caughtUp();
    const records = await watchRecords(installation, REGISTRATIONS);
    const rows = await inMongodb(installation);
    return [...rows, ...records].map(([what, octets]) => ({
      what: `octets of a registration: ${what}`,
      figure: `${Math.round(octets)}`,
    }));
  });
}

async function inMongodb({ mongodb }: Installation): Promise<[string, number][]> {
  const client = await MongoClient.connect(mongodb.url);
  const average = async (database: string, collection: string) => {
    let octets = 0;
    let documents = 0;
    for await (const document of client.db(database).collection(collection).find()) {
      octets += BSON.calculateObjectSize(document);
      documents++;
    }
    return octets / documents;
  };
  try {
    const keys = `${mongodb.database}_keys`;
    const names = (await client.db(keys).listCollections().toArray()).map(({ name }) => name);
    const perKey = await Promise.all(
      names.map(async (name): Promise<[string, number]> => [keysOf(name), await average(keys, name)]),
    );
    return [
      ['document of the log', await average(mongodb.database, 'log')],
      ['document of the read model', await average(mongodb.database, FIRST_GENERATION.clients)],
      ...perKey.filter(([, octets]) => !Number.isNaN(octets)),
    ];
  } finally {
    await client.close();
  }
}

const keysOf = (collection: string) => `document of the key store (${collection})`;
