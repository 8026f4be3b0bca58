import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventLog, openMongodbEventLog } from '@rollbook/event-log';
import { readWholeLog } from '@rollbook-testing/event-log';
import {
  openEventPublisher,
  openStatePublisher,
  type Publisher,
  type PublishersDatabase,
} from '@rollbook/event-relay';
import {
  checkStates,
  lifeEvent,
  newStream,
  plainConnection,
  type PublisherProcess,
  readStates,
  startPublisher,
} from '@rollbook-testing/event-relay';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';

const PARTITIONS = 3;
const TURN_TIMES = { beatMs: 100, patienceMs: 500, lookMs: 50 };
/** Gives no sign of life and trusts to have the turn all the same: what Kafka refuses is all that holds it back. */
const BELIEVES_MS = { beatMs: 600_000, patienceMs: 600_000, lookMs: 50 };
const CAUGHT_UP_WITHIN_MS = 30_000;

describeWithServers('state publisher', ['kafka', 'mongodb'], () => {
  let kafka: Awaited<ReturnType<typeof kafkaForSuite>>;
  let mongo: Awaited<ReturnType<typeof mongodbForSuite>>;
  let mongodb: PublishersDatabase;
  let log: EventLog;
  let events: Publisher;
  beforeAll(async () => {
    [kafka, mongo] = await Promise.all([kafkaForSuite(), mongodbForSuite()]);
    mongodb = { url: mongo.url, database: mongo.database };
    log = await openMongodbEventLog(mongodb);
    events = await openEventPublisher({ log, ...common('events') });
  });
  afterAll(async () => {
    await events.close();
    await log.close();
    await Promise.all([mongo.drop(), kafka.drop()]);
  });

  const common = (instance: string, said: string[] = []) => ({
    connection: plainConnection(kafka.brokers),
    topics: { prefix: kafka.topicPrefix, partitions: PARTITIONS, replicationFactor: null },
    source: 'https://rollbook.example',
    mongodb,
    instance,
    turnTimes: TURN_TIMES,
    on: {
      changed: (state: string) => void said.push(state),
      failed: (error: string) => void said.push(error),
    },
  });
  const start = (instance: string, turnTimes = TURN_TIMES): PublisherProcess =>
    startPublisher({
      publishes: 'states',
      brokers: kafka.brokers,
      prefix: kafka.topicPrefix,
      partitions: PARTITIONS,
      mongodb,
      instance,
      turnTimes,
    });
  const states = () => readStates(plainConnection(kafka.brokers), kafka.topicPrefix);

  /** Lives of clients: registered, changed, some deleted. */
  const live = async (clients: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: clients }, async (_, i) => {
        const stream = newStream();
        const life = [
          'ClientRegistered',
          'ClientUpdated',
          'ClientSuspended',
          'ClientReinstated',
          'ClientDeleted',
        ];
        for (const [version, type] of life.slice(0, 1 + (i % life.length)).entries()) {
          await log.append(lifeEvent(stream, version, type));
        }
      }),
    );
  };

  /** Until the topic holds what the log says, or the bound has passed: then it says what is wrong. */
  const holds = async (): Promise<void> => {
    const deadline = performance.now() + CAUGHT_UP_WITHIN_MS;
    const whole = await readWholeLog(log, 1_000);
    for (;;) {
      try {
        return checkStates(await states(), whole);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await sleep(100);
      }
    }
  };

  test('design §7 · the topic of clients holds the fold of every client, deleted ones as tombstones', async () => {
    await live(25);
    const publisher = await openStatePublisher({ log, ...common('one') });
    try {
      await holds();
      await live(10);
      await holds();
      expect(publisher.status()).toMatchObject({ state: 'publishing', lastError: null, resends: 0 });
      await sleep(300);
      expect(publisher.status()).toMatchObject({ lag: 0, position: await log.head() });
    } finally {
      await publisher.close();
    }
  });

  test('design §7 · one that begins anew goes on where the topic of clients ends', async () => {
    const before = (await states()).flat().length;
    const publisher = await openStatePublisher({ log, ...common('two') });
    try {
      const stream = newStream();
      await log.append(lifeEvent(stream, 0, 'ClientRegistered'));
      await holds();
      expect((await states()).flat()).toHaveLength(before + 1);
    } finally {
      await publisher.close();
    }
  });

  test('design §7 · a state carries what an authorization server needs, and the schema it keeps to', async () => {
    const [state] = (await states()).flat().filter(({ value }) => value?.includes('"active"'));
    const { metadata, secrets, ...rest } = JSON.parse(state?.value ?? '{}') as Record<string, unknown>;
    expect(Object.keys(rest).sort()).toEqual(
      ['client_id', 'client_id_issued_at', 'recordedAt', 'schemaVersion', 'status', 'streamVersion'].sort(),
    );
    expect([metadata, secrets]).toEqual([expect.any(Object), expect.any(Array)]);
  });

  test('design §8 · killed at any moment, another goes on: no state is lost, none goes back', async () => {
    for (let round = 0; round < 4; round++) {
      const publisher = start(`killed-${round}`);
      const living = live(20);
      await publisher.said(/^published/);
      await sleep(20 * round);
      await publisher.kill9();
      await living;
    }
    const last = start('last');
    try {
      await holds();
    } finally {
      await last.stop();
    }
  }, 120_000);

  test('design §8 · a publisher frozen past the takeover and woken is fenced, and stands by', async () => {
    const older = start('older');
    try {
      await live(5);
      await older.said(/^published/);
      await holds();
      await older.freeze();
      const newer = start('newer');
      try {
        await live(20);
        await newer.said(/^published/);
        const before = older.lines().length;
        older.thaw();
        await live(20);
        await sleep(1_000);
        await holds();
        expect(
          older
            .lines()
            .slice(before)
            .filter((line) => line.startsWith('published')),
        ).toEqual([]);
        expect(older.lines().at(-1)).toBe('state standby');
      } finally {
        await newer.stop();
      }
    } finally {
      await older.stop();
    }
  }, 120_000);

  test('design §8 · one that is frozen at work, and woken in the belief that it is its turn, is fenced by Kafka', async () => {
    const before = Math.max(...(await states()).flat().map(({ producerEpoch }) => producerEpoch));
    const older = start('believer', BELIEVES_MS);
    const living = new AbortController();
    const load = (async () => {
      while (!living.signal.aborted) await live(5);
    })();
    try {
      await older.said(/^published/);
      await sleep(Math.random() * 200);
      await older.freeze();
      const newer = start('successor');
      try {
        await newer.said(/^published/);
        await sleep(500);
        older.thaw();
        await older.said(/^failed another process has taken over the publishing of states/);
        await older.said(/^state standby/);
        await sleep(500);
        living.abort();
        await load;
        await holds();
        for (const records of await states()) {
          const epochs = records.map(({ producerEpoch }) => producerEpoch);
          // The older one has no record behind the newer one's first.
          expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
        }
        const epochs = new Set((await states()).flat().map(({ producerEpoch }) => producerEpoch));
        expect([...epochs].filter((epoch) => epoch > before).length).toBeGreaterThanOrEqual(2);
      } finally {
        await newer.stop();
      }
    } finally {
      living.abort();
      await load;
      await older.stop();
    }
  }, 120_000);
});
