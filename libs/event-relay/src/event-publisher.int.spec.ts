import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventLog, openMongodbEventLog } from '@rollbook/event-log';
import { readWholeLog } from '@rollbook-testing/event-log';
import {
  newestPublishedPosition,
  openEventPublisher,
  type Publisher,
  readPublishedPositions,
  type PublishersDatabase,
} from '@rollbook/event-relay';
import {
  checkPublished,
  command,
  newStream,
  plainConnection,
  readPublished,
} from '@rollbook-testing/event-relay';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';

const PARTITIONS = 3;

describeWithServers('event publisher', ['kafka', 'mongodb'], () => {
  let kafka: Awaited<ReturnType<typeof kafkaForSuite>>;
  let mongo: Awaited<ReturnType<typeof mongodbForSuite>>;
  let mongodb: PublishersDatabase;
  let log: EventLog;
  beforeAll(async () => {
    [kafka, mongo] = await Promise.all([kafkaForSuite(), mongodbForSuite()]);
    mongodb = { url: mongo.url, database: mongo.database };
    log = await openMongodbEventLog(mongodb);
  });
  afterAll(async () => {
    await log.close();
    await Promise.all([mongo.drop(), kafka.drop()]);
  });

  const connection = () => plainConnection(kafka.brokers);
  const open = (instance: string, said: string[] = []): Promise<Publisher> =>
    openEventPublisher({
      log,
      connection: connection(),
      topics: { prefix: kafka.topicPrefix, partitions: PARTITIONS, replicationFactor: null },
      source: 'https://rollbook.example',
      mongodb,
      instance,
      on: { changed: (state) => said.push(state), failed: (error) => said.push(error) },
    });
  const caughtUp = async (publisher: Publisher): Promise<void> => {
    const head = await log.head();
    for (let i = 0; publisher.status().position < head; i++) {
      if (i > 2_000) throw new Error(`not published: ${JSON.stringify(publisher.status())}`);
      await sleep(10);
    }
  };
  const check = async () =>
    checkPublished(await readPublished(connection(), kafka.topicPrefix), await readWholeLog(log, 1_000));

  test('design §7 · what was there before, and what is appended, is published in order and once', async () => {
    for (let i = 0; i < 20; i++) await log.append(command(newStream(), 0, 1 + (i % 3)));
    const publisher = await open('one');
    try {
      await caughtUp(publisher);
      const stream = newStream();
      for (let version = 0; version < 10; version++) await log.append(command(stream, version));
      await caughtUp(publisher);
      expect(await check()).toEqual({ repeats: 0 });
      expect(publisher.status()).toMatchObject({ state: 'publishing', lag: 0, lastError: null, resends: 0 });
    } finally {
      await publisher.close();
    }
    expect(publisher.status().state).toBe('stopped');
  });

  test('design §7 · the stored positions are those of the last event of each partition', async () => {
    const positions = await readPublishedPositions(mongodb);
    const published = await readPublished(connection(), kafka.topicPrefix);
    expect(await positions.read()).toEqual({
      position: await log.head(),
      partitions: published.map((records) => records.at(-1)?.position ?? 0),
    });
    await positions.close();
  });

  test('design §8 · the newest position on Kafka is known to whoever asks; without a topic it is 0', async () => {
    const { topicPrefix } = kafka;
    expect(await newestPublishedPosition(connection(), { prefix: topicPrefix })).toBe(await log.head());
    expect(await newestPublishedPosition(connection(), { prefix: `${topicPrefix}-none` })).toBe(0);
  });

  test('design §7 · a publisher that starts again goes on where the last one stopped', async () => {
    await log.append(command(newStream(), 0));
    const publisher = await open('again');
    await caughtUp(publisher);
    await publisher.close();
    expect(await check()).toEqual({ repeats: 0 });
  });

  test('design §7 · one publishes, the other stands by and takes over at once when the turn is handed over', async () => {
    const first = await open('first');
    await log.append(command(newStream(), 0));
    await caughtUp(first);
    const second = await open('second');
    await sleep(600);
    expect([first.status().state, second.status().state]).toEqual(['publishing', 'standby']);
    expect(second.status().position).toBe(await log.head());
    const began = performance.now();
    await first.close();
    await log.append(command(newStream(), 0));
    await caughtUp(second);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(second.status().state).toBe('publishing');
    await second.close();
    expect(await check()).toEqual({ repeats: 0 });
  });
});
