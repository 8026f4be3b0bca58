import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTopics, topicNames } from '@rollbook/event-relay';
import { plainConnection, readStates } from '@rollbook-testing/event-relay';
import { describeWithServers, startKafka } from '@rollbook-servers';
import { kafkaClient } from './kafka-client.js';
import { openKafkaStateSender } from './kafka-state-sender.js';
import { newestStates } from './newest-states.js';
import { partitionLeaders } from './partition-leaders.js';
import { partitionRanges } from './read-topic.js';

const PREFIX = 'forgotten';
const TOPIC = topicNames(PREFIX).clients;
/** So that one partition is on each of the two brokers, and nowhere else. */
const TOPICS = { prefix: PREFIX, partitions: 2, replicationFactor: 1 };
const TRANSACTIONAL_ID = `${PREFIX}.states`;
const TRIES = 600;

/** A state of position 1, 2, … of one client. */
const stateAt = (position: number) => ({
  key: 'client-a',
  value: '{}',
  headers: {
    eventsoffset: String(position - 1),
    position: String(position),
    streamversion: String(position),
    dataschema: 'https://rollbook.example/schemas/states/ClientState/1',
  },
});

describeWithServers('transactions that Kafka forgets to end', ['own-kafka'], () => {
  // While a partition has no leader, Kafka 4 takes it for deleted when a transaction is committed: it is done without
  // this partition, where the records stay undecided until the next transaction there, which decides for them as well.
  // So it goes with a single broker that is killed: it can end transactions before its partitions have leaders again.
  test('design §8 · what Kafka left undecided never comes behind what is published next', async () => {
    const kafka = await startKafka({ brokers: 2 });
    const connection = plainConnection(kafka.brokers);
    const leaderOf = async (topic: string, partition: number): Promise<number> => {
      const admin = kafkaClient(connection).admin();
      try {
        await admin.connect();
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        return topics[0]?.partitions.find((one) => one.partitionId === partition)?.leader ?? -1;
      } catch {
        return -1; // kafkajs throws where there is none
      } finally {
        await admin.disconnect();
      }
    };
    const until = async (holds: () => Promise<boolean>): Promise<void> => {
      for (let tries = 0; !(await holds()); tries++) {
        if (tries === TRIES) throw new Error('this does not come about');
        await sleep(50);
      }
    };
    const older = kafkaClient(connection, { retries: 30 }).producer({
      transactionalId: TRANSACTIONAL_ID,
      maxInFlightRequests: 1,
    });
    try {
      await ensureTopics(connection, TOPICS);
      await older.connect();
      const transaction = await older.transaction();
      const coordinator = await leaderOf('__transaction_state', 0);
      const partition = (await leaderOf(TOPIC, 0)) === coordinator ? 1 : 0;
      const node = kafka.nodes.find(({ id }) => id !== coordinator);
      // Over both brokers, as transactions of states are: it is committed on one of them, and forgotten on the other.
      const messages = [0, 1].map((each) => ({ ...stateAt(9), partition: each }));
      await transaction.send({ topic: TOPIC, messages });
      await node?.kill9();
      await until(async () => (await leaderOf(TOPIC, partition)) < 0);
      await transaction.commit();
      await node?.restart();
      await until(async () => (await leaderOf(TOPIC, partition)) === node?.id);

      const sender = await openKafkaStateSender(kafkaClient(connection), TOPIC, {
        transactionalId: TRANSACTIONAL_ID,
        partitions: TOPICS.partitions,
        leaders: await partitionLeaders(kafkaClient(connection), TOPIC),
      });
      const ranges = (await partitionRanges(kafkaClient(connection), TOPIC)).map(({ from }, at) => ({
        from,
        end: sender.ends[at] ?? 0,
      }));
      const newest = await newestStates(kafkaClient(connection), TOPIC, ranges);
      expect(newest[1 - partition]?.position).toBe(9);
      const next = newest.map(({ position }) => position + 1);
      // Each partition goes on from where it is, in one transaction over both brokers.
      await sender.send(next.map((position, at) => ({ partition: at, messages: [stateAt(position)] })));
      await sender.close();
      for (const [at, records] of (await readStates(connection, PREFIX)).entries()) {
        const positions = records.map(({ position }) => position);
        expect(positions.at(-1)).toBe(next[at]);
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      }
    } finally {
      await older.disconnect();
      await kafka.stop();
    }
  }, 180_000);
});
