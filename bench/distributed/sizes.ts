import { BSON, MongoClient } from 'mongodb';
import type { RunningApp } from '../../test/support/distributed/app.js';
import type { Distributed } from '../../test/support/distributed/distributed.js';
import { load } from '../load.js';
import { admin } from '../operator.js';
import { registration } from '../register.js';
import type { Row } from '../report.js';
import { watchRecords } from './record-sizes.js';
import { FIRST_GENERATION, tokensOf, withInstallation, type Servers } from './system.js';

const REGISTRATIONS = 1_000;

/**
 * Octets that one registration takes in each place, before compression and without indexes: what operators multiply.
 */
export function measureSizes(servers: Servers): Promise<Row[]> {
  return withInstallation(servers, { apis: 1, projectors: 1 }, async (system) => {
    const api = system.apis[0] as RunningApp;
    await load(registration(api), { connections: 16, amount: REGISTRATIONS });
    await admin(api, tokensOf(system)).caughtUp();
    const records = await watchRecords(system, REGISTRATIONS);
    const rows = await inMongodb(system);
    return [...rows, ...records].map(([what, octets]) => ({
      what: `octets of a registration: ${what}`,
      figure: `${Math.round(octets)}`,
    }));
  });
}

async function inMongodb({ mongodbUrl, database }: Distributed): Promise<[string, number][]> {
  const client = await MongoClient.connect(mongodbUrl);
  const average = async (name: string, collection: string) => {
    let octets = 0;
    let documents = 0;
    for await (const document of client.db(name).collection(collection).find()) {
      octets += BSON.calculateObjectSize(document);
      documents++;
    }
    return octets / documents;
  };
  try {
    return [
      ['document of the log', await average(database, 'log')],
      ['document of the read model', await average(database, FIRST_GENERATION.clients)],
      ['document of the key store', await average(`${database}_keys`, 'keys')],
    ];
  } finally {
    await client.close();
  }
}
