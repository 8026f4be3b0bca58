import { setTimeout as delay } from 'node:timers/promises';
import { type Db, type Document, MongoClient } from 'mongodb';
import { recoverFromKafka } from '@rollbook/event-relay';
import { plainConnection } from '@rollbook-testing/event-relay';
import type { RunningLoad } from './load.js';
import { settled } from './promises.js';
import type { Rig } from './rig.js';

/** How long the load goes on after the copy was made: what the restored database lacks. */
const LOST_MS = 1500;
/** To stop a server, put files in place and start it again takes at least so long. */
const RESTART_MS = 500;
/** How long the service has to refuse, in milliseconds. */
const REFUSES_MS = 2000;

/**
 * The database of the log and the read models is put back to an earlier copy; that of the keys is not, for its backups
 * are others (design §3). Nothing may be acknowledged until the log has back what Kafka has.
 */
export async function restoredToAnEarlierCopy(
  rig: Rig,
  _random: () => number,
  load: RunningLoad,
): Promise<void> {
  const { system, mongodbProxy } = rig;
  const client = await MongoClient.connect(rig.mongodb.url);
  try {
    const db = client.db(system.database);
    // A backup shows one moment: here, one at which nothing happens.
    await atRest(rig, load);
    const copy = await copyOf(db);
    load.resume();
    await delay(LOST_MS);
    // Only what is on Kafka can come back.
    await atRest(rig, load);
    mongodbProxy.cut();
    await Promise.all([putBack(db, copy), delay(RESTART_MS)]);
    mongodbProxy.heal();
    const before = load.acknowledged();
    load.resume();
    await delay(REFUSES_MS);
    const meanwhile = load.acknowledged() - before;
    await load.pause();
    if (meanwhile > 0) throw new Error(`${meanwhile} changes acknowledged while the log was behind Kafka`);
    const recovered = await recoverFromKafka({
      connection: plainConnection(rig.kafka.brokers),
      topics: { prefix: system.topicPrefix },
      mongodb: { url: rig.mongodb.url, database: system.database },
    });
    if (recovered.missing !== null) throw new Error(`recovered but for ${JSON.stringify(recovered.missing)}`);
  } finally {
    load.resume();
    await client.close();
  }
}

async function atRest(rig: Rig, load: RunningLoad): Promise<void> {
  await load.pause();
  const late = await settled(rig);
  if (late !== null) throw new Error(late);
}

type Copy = { name: string; documents: Document[]; indexes: Document[] }[];

async function copyOf(db: Db): Promise<Copy> {
  const collections = await db.listCollections().toArray();
  return Promise.all(
    collections.map(async ({ name }) => ({
      name,
      // With the types that are stored, not those of JavaScript.
      documents: await db.collection(name).find({}, { promoteValues: false, promoteLongs: false }).toArray(),
      indexes: (await db.collection(name).indexes()) as Document[],
    })),
  );
}

async function putBack(db: Db, copy: Copy): Promise<void> {
  for (const { name } of await db.listCollections().toArray()) await db.collection(name).drop();
  for (const { name, documents, indexes } of copy) {
    for (const { key, name: index, unique } of indexes) {
      if (index !== '_id_')
        await db
          .collection(name)
          .createIndex(key as Document, { name: index as string, unique: unique === true });
    }
    if (documents.length > 0) await db.collection(name).insertMany(documents);
  }
}
