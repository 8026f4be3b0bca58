import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Append, type EventLog, LogUnavailable } from '@rollbook/event-log';
import { kafkaClients, topicNames } from '@rollbook/event-relay';
import { readWholeLog } from '@rollbook-testing/event-log';
import {
  checkStates,
  command,
  inPublishingWorld,
  lifeEvent,
  newStream,
  readStates,
  startLoad,
  type PublishingWorld,
} from '@rollbook-testing/event-relay';
import { describeWithServers, startKafka } from '@rollbook-servers';

/** In `npm test`; the long form is 100,000 (ROLLBOOK_TEST_BACKLOG), with an outage of a minute. */
const BACKLOG = Number(process.env['ROLLBOOK_TEST_BACKLOG'] ?? 1_000);
const IS_LONG = BACKLOG > 10_000;
const OUTAGE_MS = IS_LONG ? 60_000 : 1_000;
/** More than the publisher's heap could hold. */
const BACKLOG_OCTETS = 64 * 1024 * 1024;
const HEAP_MIB = 48;
const AT_ONCE = IS_LONG ? 500 : 20;
const MOVES = Number(process.env['ROLLBOOK_TEST_KILLS'] ?? 3);

/** Requests to a frozen broker are given up after ten seconds, a few of them one after another. */
const FROZEN_WITHIN_MS = 90_000;

const withKafka = async (
  brokers: 1 | 2 | 3,
  work: (kafka: Awaited<ReturnType<typeof startKafka>>, world: PublishingWorld) => Promise<void>,
): Promise<void> => {
  const kafka = await startKafka({ brokers });
  try {
    await inPublishingWorld((world) => work(kafka, world), { brokers: kafka.brokers });
  } finally {
    await kafka.stop();
  }
};

/** Waits until every replica of the topic of events is in sync, so that any one broker may go. */
const allInSync = async ({ connection, topics }: PublishingWorld): Promise<void> => {
  const topic = topicNames(topics.prefix).events;
  for (let tries = 0; ; tries++) {
    const admin = (await kafkaClients(connection))().admin();
    try {
      await admin.connect();
      const { topics: described } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = described.flatMap((one) => one.partitions);
      if (partitions.every(({ isr, replicas, leader }) => leader >= 0 && isr.length === replicas.length))
        return;
    } catch (error) {
      if (tries > 300) throw error;
    } finally {
      await admin.disconnect();
    }
    if (tries > 300) throw new Error('the replicas do not come into sync');
    await sleep(200);
  }
};

/** The same append until it is acknowledged: the database is not what is tried here. */
const appendSurely = async (log: EventLog, one: Append): Promise<void> => {
  for (;;) {
    try {
      await log.append(one);
      return;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
    }
  }
};

describeWithServers('failures of brokers', ['kafka', 'mongodb'], () => {
  test(
    'design §8 · the only broker is killed and restarted under load: everything arrives, in order',
    () =>
      withKafka(1, async (kafka, world) => {
        const [node] = kafka.nodes;
        const publisher = world.publisher();
        const load = startLoad(world.log);
        await publisher.said(/^published/);
        await node?.kill9();
        const before = load.appended();
        await publisher.said(/^state waiting/);
        await node?.restart();
        expect(load.appended()).toBeGreaterThan(before);
        await load.stop();
        await world.allPublished();
        await world.check();
      }),
    180_000,
  );

  test(
    'design §7 · leaders move between two brokers under load: no partition is ever left out',
    () =>
      withKafka(2, async (kafka, world) => {
        const publisher = world.publisher();
        const load = startLoad(world.log);
        await publisher.said(/^published/);
        for (let move = 0; move < MOVES; move++) {
          await allInSync(world);
          const node = kafka.nodes[move % kafka.nodes.length];
          await node?.kill9();
          await sleep(1_000);
          await node?.restart();
        }
        await load.stop();
        await world.allPublished();
        await world.check();
      }),
    300_000,
  );

  test(
    'design §7 · a send without an answer is given up and repeated by a new producer; a late one only repeats',
    () =>
      withKafka(1, async (kafka, world) => {
        const [node] = kafka.nodes;
        const publisher = world.publisher({ sendTimeoutMs: 1_500 });
        const load = startLoad(world.log);
        await publisher.said(/^published/);
        await node?.freeze();
        await publisher.said(/^failed Kafka did not answer a send within 1500 ms/);
        await sleep(500);
        await node?.thaw();
        await load.stop();
        await world.allPublished();
        await world.check();
      }),
    180_000,
  );

  test(
    'design §8 · a broker of three is frozen: what was under way and who begins only then go on without it',
    () =>
      withKafka(3, async (kafka, world) => {
        // The first of the list, with which a client of Kafka would begin.
        const [first] = kafka.nodes;
        const lives = async (): Promise<void> => {
          const streams = Array.from({ length: 20 }, newStream);
          for (const [version, type] of ['ClientRegistered', 'ClientUpdated'].entries())
            await Promise.all(streams.map((stream) => world.log.append(lifeEvent(stream, version, type))));
        };
        /** Until the states of everything in the log are there too. */
        const statesThere = async (): Promise<void> => {
          const end = performance.now() + FROZEN_WITHIN_MS;
          while ((await world.statesPosition()) < (await world.log.head())) {
            if (performance.now() > end) throw new Error('the states stay behind');
            await sleep(50);
          }
        };
        const older = [world.publisher(), world.publisher({ publishes: 'states' })];
        await lives();
        await statesThere();
        await first?.freeze();
        await lives();
        await world.allPublished(FROZEN_WITHIN_MS);
        await statesThere();
        await Promise.all(older.map((one) => one.stop()));
        world.publisher();
        world.publisher({ publishes: 'states' });
        await lives();
        await world.allPublished(FROZEN_WITHIN_MS);
        await statesThere();
        await first?.thaw();
        await kafka.settled();
        await world.check();
        checkStates(
          await readStates(world.connection, world.topics.prefix),
          await readWholeLog(world.log, 1_000),
        );
      }),
    300_000,
  );

  test(
    `design §8 · Kafka away with a backlog of ${BACKLOG} events: bounded memory, and everything in order afterwards`,
    () =>
      withKafka(1, async (kafka, world) => {
        const [node] = kafka.nodes;
        await world.log.append(command(newStream(), 0));
        const publisher = world.publisher({ heapMiB: HEAP_MIB });
        await publisher.said(/^published/);
        await node?.kill9();
        const killedAt = performance.now();
        const padding = 'x'.repeat(Math.floor(BACKLOG_OCTETS / BACKLOG));
        for (let appended = 0; appended < BACKLOG; appended += AT_ONCE) {
          const commands = Array.from({ length: AT_ONCE }, () => command(newStream(), 0, 1, padding));
          await Promise.all(commands.map((one) => appendSurely(world.log, one)));
        }
        await sleep(Math.max(0, OUTAGE_MS - (performance.now() - killedAt)));
        await publisher.said(/^state waiting/);
        await node?.restart();
        await world.allPublished(IS_LONG ? 900_000 : 120_000);
        expect(publisher.lines().at(-1)).toMatch(/^published/); // the same process, within its heap
        await world.check();
      }),
    1_200_000,
  );
});
