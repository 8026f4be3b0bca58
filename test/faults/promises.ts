import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { openMongodbLogReader, type StoredEvent } from '@rollbook/event-log';
import { readPublishedEvent, readPublishedPositions, topicNames } from '@rollbook/event-relay';
import { checkPublished } from '@rollbook-testing/event-relay';
import { brokenModel, readAllBack } from '../crash/harness.js';
import type { Ledger, Registration } from '../crash/ledger.js';
import { brokenByLog, leaksIn } from '../crash/promises.js';
import { patiently } from '../support/distributed/distributed.js';
import { octetsOf, readTopic } from './read-topic.js';
import type { Rig } from './rig.js';
import { brokenStates } from './states.js';

const SETTLED_WITHIN_MS = 60_000;
const PAGE = 500;

/**
 * What must hold once a fault is over and the load has ended (design §8): every acknowledged change is there, exactly
 * once; positions and versions are dense; the topic of events is the log, in order and without a gap; the topic of
 * clients is the state of each; the read model is a fresh fold; no secret and no personal datum is anywhere in clear.
 *
 * @param readBack clients to read one by one, through whichever API answers
 * @returns a sentence for every promise that is broken
 */
export async function brokenPromises(rig: Rig, ledger: Ledger, readBack: Registration[]): Promise<string[]> {
  const { system } = rig;
  const location = { url: rig.mongodb.url, database: system.database };
  const late = await settled(rig);
  if (late !== null) return [late];
  const broken = await patiently(() => readAllBack(system.url, ledger, readBack));
  const log = await wholeLog(location);
  broken.push(...brokenByLog(await system.audit('/audit/events.ndjson'), ledger));
  const topics = topicNames(system.topicPrefix);
  const events = await readTopic(rig.kafka.brokers, topics.events);
  const clients = await readTopic(rig.kafka.brokers, topics.clients);
  try {
    const partitions = 1 + Math.max(...events.map(({ partition }) => partition), 5);
    const published = Array.from({ length: partitions }, (_, at) =>
      events
        .filter(({ partition }) => partition === at)
        .map(({ message }) => readPublishedEvent(at, message)),
    );
    checkPublished(published, log);
  } catch (error) {
    broken.push(`topic of events: ${(error as Error).message}`);
  }
  broken.push(...brokenStates(clients, log));
  broken.push(...(await brokenModel(system)));
  for (const [name, content] of [
    ['the topic of events', Buffer.concat(events.map(octetsOf))],
    ['the topic of clients', Buffer.concat(clients.map(octetsOf))],
    ['the logs', Buffer.from(system.output())],
    ...(await collections(location.url)),
  ] as const) {
    broken.push(...leaksIn(name, content, ledger));
  }
  return broken;
}

/** Waits until everything is on Kafka and in the read model; gives a sentence if it does not come to that. */
export async function settled(rig: Rig): Promise<string | null> {
  const location = { url: rig.mongodb.url, database: rig.system.database };
  const log = await openMongodbLogReader(location);
  const publishers = {
    events: await readPublishedPositions(location, 'events'),
    states: await readPublishedPositions(location, 'states'),
  };
  const deadline = Date.now() + SETTLED_WITHIN_MS;
  try {
    for (;;) {
      const head = await log.head();
      const published = (await publishers.events.read()).position;
      const states = (await publishers.states.read()).position;
      const projected = await projectedPosition(rig);
      if (published === head && states === head && projected === head) return null;
      if (Date.now() > deadline)
        return `after ${SETTLED_WITHIN_MS} ms: log ${head}, published ${published}, its states ${states}, projected ${projected}`;
      await delay(100);
    }
  } finally {
    await Promise.all([log.close(), publishers.events.close(), publishers.states.close()]);
  }
}

async function projectedPosition({ system }: Rig): Promise<number | string> {
  const headers = { authorization: `Bearer ${system.adminToken()}` };
  const response = await patiently(() => fetch(`${system.url}/admin/projections`, { headers }));
  if (!response.ok) return `${response.status}`;
  const { items } = (await response.json()) as { items: { position: number }[] };
  return items[0]?.position ?? 'none';
}

async function wholeLog(location: { url: string; database: string }): Promise<StoredEvent[]> {
  const log = await openMongodbLogReader(location);
  try {
    const events: StoredEvent[] = [];
    for (;;) {
      const page = await log.readAll({ after: events.at(-1)?.position ?? 0, limit: PAGE });
      if (page.length === 0) return events;
      events.push(...page);
    }
  } finally {
    await log.close();
  }
}

/** Every collection of every database, as the octets that are stored. */
async function collections(url: string): Promise<[string, Buffer][]> {
  const client = await MongoClient.connect(url);
  try {
    const { databases } = await client.db('admin').admin().listDatabases();
    const found: [string, Buffer][] = [];
    for (const { name } of databases.filter((one) => one.name.startsWith('rollbook'))) {
      for (const { name: collection } of await client.db(name).listCollections().toArray()) {
        const documents = await client.db(name).collection(collection).find({}, { raw: true }).toArray();
        const octets = documents as unknown[];
        found.push([`${name}.${collection}`, Buffer.concat(octets as Buffer[])]);
      }
    }
    return found;
  } finally {
    await client.close();
  }
}
