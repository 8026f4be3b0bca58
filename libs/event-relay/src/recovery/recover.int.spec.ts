import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ImportRefused,
  type EventLog,
  type MongodbLogExtras,
  openMongodbEventLog,
} from '@rollbook/event-log';
import { readWholeLog } from '@rollbook-testing/event-log';
import {
  ensureTopics,
  kafkaClients,
  newestPublishedPosition,
  openEventPublisher,
  partitionOf,
  type Publisher,
  recoverFromKafka,
  topicNames,
} from '@rollbook/event-relay';
import {
  checkPublished,
  command,
  newStream,
  plainConnection,
  readPublished,
} from '@rollbook-testing/event-relay';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';

const PARTITIONS = 4;
const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await sleep(10);
  }
};

describeWithServers('recovery from Kafka', ['kafka', 'mongodb'], () => {
  type World = {
    topics: { prefix: string; partitions: number; replicationFactor: null };
    mongodb: { url: string; database: string };
    connection: ReturnType<typeof plainConnection>;
    log: EventLog & MongodbLogExtras;
    publisher(said?: string[], seen?: (position: number) => void): Promise<Publisher>;
  };
  /** A log of its own, with what `events` names appended, `published` or not, and a database to restore to. */
  async function inWorld(work: (world: World) => Promise<void>): Promise<void> {
    const [kafka, mongo] = await Promise.all([kafkaForSuite(), mongodbForSuite()]);
    const mongodb = { url: mongo.url, database: mongo.database };
    const log = await openMongodbEventLog(mongodb);
    const open: Publisher[] = [];
    const topics = { prefix: kafka.topicPrefix, partitions: PARTITIONS, replicationFactor: null };
    const connection = plainConnection(kafka.brokers);
    try {
      await work({
        topics,
        mongodb,
        connection,
        log,
        async publisher(said = [], positionSeen) {
          const publisher = await openEventPublisher({
            log,
            connection,
            topics,
            source: 'https://rollbook.example',
            mongodb,
            instance: `publisher-${open.length}`,
            on: { failed: (error) => said.push(error), ...(positionSeen ? { positionSeen } : {}) },
          });
          open.push(publisher);
          return publisher;
        },
      });
    } finally {
      await Promise.all(open.map((publisher) => publisher.close()));
      await log.close();
      await Promise.all([mongo.drop(), kafka.drop()]);
    }
  }
  /** Puts the database back to the first `position` events, and the publisher's checkpoint to `published`. */
  const restore = async ({ mongodb, log }: World, position: number): Promise<void> => {
    const { MongoClient } = await import('mongodb');
    const client = new MongoClient(mongodb.url);
    try {
      const db = client.db(mongodb.database);
      await db.collection<{ _id: number }>('log').deleteMany({ _id: { $gt: position } });
      await db.collection('publishers').deleteMany({});
    } finally {
      await client.close();
    }
    expect(await log.head()).toBe(position);
  };
  const caughtUp = async ({ log }: World, publisher: Publisher) => {
    const head = await log.head();
    await until(`position ${head}`, () => publisher.status().position >= head);
  };

  test('design §8 · what a restored database lost comes back from Kafka, where it was, and appends go on', () =>
    inWorld(async (world) => {
      const { log, connection, topics, mongodb } = world;
      for (let i = 0; i < 60; i++) await log.append(command(newStream(), 0, 1 + (i % 3)));
      const publisher = await world.publisher();
      await caughtUp(world, publisher);
      await publisher.close();
      const before = await readWholeLog(log, 1_000);
      const head = before.length;
      const cut = before[20]?.streamVersion === 1 ? 20 : 19; // between two commands
      const firstOfACommand = before.findIndex(({ streamVersion }, i) => i >= cut && streamVersion === 1);
      await restore(world, firstOfACommand);

      log.notePositionSeen(await newestPublishedPosition(connection, topics));
      await expect(log.append(command(newStream(), 0))).rejects.toMatchObject({ reason: 'restored' });

      const progress: number[] = [];
      const recovered = await recoverFromKafka({
        connection,
        topics,
        mongodb,
        onProgress: (now) => progress.push(now.imported),
      });
      expect(recovered).toEqual({
        imported: head - firstOfACommand,
        present: firstOfACommand,
        head,
        records: head,
        missing: null,
        foreign: 0,
      });
      expect(progress.at(-1)).toBe(head - firstOfACommand);
      expect(await readWholeLog(log, 1_000)).toEqual(before);

      expect(await log.append(command(newStream(), 0))).toMatchObject({ position: head + 1 });
      const after = await world.publisher();
      await caughtUp(world, after);
      const published = await readPublished(connection, topics.prefix);
      expect(checkPublished(published, await readWholeLog(log, 1_000))).toEqual({ repeats: 0 });
    }));

  test('design §8 · a recovery that finds everything there changes nothing, and passes over foreign records', () =>
    inWorld(async (world) => {
      const { log, connection, topics, mongodb } = world;
      await log.append(command(newStream(), 0, 3));
      const publisher = await world.publisher();
      await caughtUp(world, publisher);
      await publisher.close();
      const producer = (await kafkaClients(connection))().producer();
      await producer.connect();
      const topic = topicNames(topics.prefix).events;
      await producer.send({ topic, messages: [{ key: 'a', value: 'b', partition: 1 }] });
      await producer.disconnect();
      await log.append(command(newStream(), 0));
      await caughtUp(world, await world.publisher());
      expect(await recoverFromKafka({ connection, topics, mongodb })).toMatchObject({
        imported: 0,
        present: 4,
        foreign: 1,
      });
    }));

  test('design §8 · a restored log is not published over what Kafka has; the publisher goes on after the recovery', () =>
    inWorld(async (world) => {
      const { log, connection, topics, mongodb } = world;
      for (let i = 0; i < 10; i++) await log.append(command(newStream(), 0));
      const first = await world.publisher();
      await caughtUp(world, first);
      await first.close();
      await restore(world, 4);

      const said: string[] = [];
      const seen: number[] = [];
      const second = await world.publisher(said, (position) => seen.push(position));
      await until('it says so', () => said.length > 0);
      expect(second.status()).toMatchObject({ state: 'waiting', lastError: said[0] });
      expect(said[0]).toBe(
        'Kafka has the event at position 10, but the log ends at 4: the database was restored to an earlier state, recover it from Kafka',
      );
      expect(seen[0]).toBe(10);
      await recoverFromKafka({ connection, topics, mongodb });
      await until('it publishes', () => second.status().state === 'publishing');
      expect(second.status()).toMatchObject({ position: 10, lastError: null });
    }));

  test('design §8 · a log that was written to after a restore is refused, and so is its publishing', () =>
    inWorld(async (world) => {
      const { log, connection, topics, mongodb } = world;
      for (let i = 0; i < 10; i++) await log.append(command(newStream(), 0));
      const first = await world.publisher();
      await caughtUp(world, first);
      await first.close();
      await restore(world, 4);
      for (let i = 0; i < 20; i++) await openAndAppend(mongodb);
      const said: string[] = [];
      await world.publisher(said);
      await until('it says so', () =>
        said.some((error) => error.includes('another one in the log than on Kafka')),
      );
      const refused = recoverFromKafka({ connection, topics, mongodb });
      await expect(refused).rejects.toMatchObject({ message: 'the log has another event at position 5' });
      await expect(refused).rejects.toBeInstanceOf(ImportRefused);
      const published = await readPublished(connection, topics.prefix);
      expect(published.flat()).toHaveLength(10);
    }));

  test('design §8 · an event that was never published is named, and what comes before it is recovered', () =>
    inWorld(async (world) => {
      const { log, connection, topics, mongodb } = world;
      for (let i = 0; i < 12; i++) await log.append(command(newStream(), 0));
      await caughtUp(world, await world.publisher());
      const published = (await readPublished(connection, topics.prefix)).flat();
      expect(published).toHaveLength(12);
      // A topic on which position 7 never arrived: the send that carried it reached the other partitions only.
      const other = { ...topics, prefix: `${topics.prefix}.other` };
      await sendAllBut(7, world, other);
      await restore(world, 3);
      expect(await recoverFromKafka({ connection, topics: other, mongodb })).toMatchObject({
        imported: 3,
        present: 3,
        head: 6,
        missing: { position: 7, found: 8 },
      });
    }));

  /** In a process that has not heard of what Kafka has. */
  const openAndAppend = async (mongodb: World['mongodb']) => {
    const log = await openMongodbEventLog(mongodb);
    await log.append(command(newStream(), 0));
    await log.close();
  };
  const sendAllBut = async (missing: number, { log, connection }: World, topics: World['topics']) => {
    await ensureTopics(connection, topics);
    const producer = (await kafkaClients(connection))().producer();
    await producer.connect();
    for (const { position, streamId, streamVersion, text } of await readWholeLog(log, 100)) {
      if (position === missing) continue;
      const headers = {
        ce_position: `${position}`,
        ce_streamversion: `${streamVersion}`,
        ce_prevposition: '0',
      };
      const partition = partitionOf(streamId, topics.partitions);
      await producer.send({
        topic: topicNames(topics.prefix).events,
        messages: [{ key: streamId, value: text, partition, headers }],
      });
    }
    await producer.disconnect();
  };
});
