import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTopics, topicNames } from '@rollbook/event-relay';
import { initialState } from '@rollbook/registration';
import { plainConnection, readStates } from '@rollbook-testing/event-relay';
import { describeWithServers, kafkaForSuite } from '@rollbook-servers';
import { NO_PROGRESS } from '../state/state-batches.js';
import { stateMessages } from '../state/state-message.js';
import { kafkaClient } from './kafka-client.js';
import { newestStates } from './newest-states.js';
import { openKafkaStateSender } from './kafka-state-sender.js';
import { partitionLeaders } from './partition-leaders.js';

describeWithServers('sender of states', ['kafka'], () => {
  test('design §7 · opening one fences the older ones, before it has sent anything itself', async () => {
    const kafka = await kafkaForSuite();
    const connection = plainConnection(kafka.brokers);
    const topics = { prefix: kafka.topicPrefix, partitions: 1, replicationFactor: null };
    await ensureTopics(connection, topics);
    const open = () =>
      openKafkaStateSender(kafkaClient(connection), topicNames(topics.prefix).clients, {
        transactionalId: topics.prefix,
        partitions: topics.partitions,
        leaders: [],
      });
    const state = (streamVersion: number) => {
      const place = { streamId: 'client-a', streamVersion, position: streamVersion, eventsOffset: 0 };
      return stateMessages(
        {
          ...initialState(),
          status: 'active',
          streamVersion,
          recordedAt: '2026-11-24T03:00:00.000Z',
          client_id: 'a',
        },
        place,
        'https://rollbook.example',
      );
    };
    const older = await open();
    await older.send([{ partition: 0, messages: state(1) }]);
    const newer = await open();
    try {
      await expect(older.send([{ partition: 0, messages: state(2) }])).rejects.toMatchObject({
        name: 'Superseded',
      });
      await newer.send([{ partition: 0, messages: state(3) }]);
      const [records = []] = await readStates(connection, topics.prefix);
      expect(records.map(({ position }) => position)).toEqual([1, 3]);
    } finally {
      await Promise.all([older.close(), newer.close()]);
      await kafka.drop();
    }
  });

  test('design §8 · a transaction over several partitions is there on all of them, or after a death on none', async () => {
    const kafka = await kafkaForSuite();
    const connection = plainConnection(kafka.brokers);
    const topics = { prefix: kafka.topicPrefix, partitions: 4, replicationFactor: null };
    const topic = topicNames(topics.prefix).clients;
    await ensureTopics(connection, topics);
    const open = async () => {
      const sender = await openKafkaStateSender(kafkaClient(connection), topic, {
        transactionalId: topics.prefix,
        partitions: topics.partitions,
        leaders: await partitionLeaders(kafkaClient(connection), topic),
      });
      const ranges = sender.ends.map((end) => ({ from: 0, end }));
      return { sender, newest: await newestStates(kafkaClient(connection), topic, ranges) };
    };
    const state = (position: number) => ({
      key: `client-${position}`,
      value: '{}',
      headers: { eventsoffset: String(position + 100), position: String(position), streamversion: '1' },
    });
    const first = await open();
    expect(first.newest).toEqual([NO_PROGRESS, NO_PROGRESS, NO_PROGRESS, NO_PROGRESS]);
    await first.sender.send([
      { partition: 2, messages: [state(3), state(7)] },
      { partition: 0, messages: [state(6)] },
    ]);
    await first.sender.send([{ partition: 0, messages: [state(8)] }]);
    await first.sender.close();
    // As a publisher that dies between sending and committing; its transaction is over by the takeover of the next.
    const dying = kafkaClient(connection).producer({ transactionalId: topics.prefix });
    await dying.connect();
    const transaction = await dying.transaction();
    const messages = [0, 1, 2].map((partition) => ({ ...state(9), partition }));
    await transaction.send({ topic, messages });
    const second = await open();
    try {
      expect(second.newest).toEqual([
        { position: 8, offset: 108 },
        NO_PROGRESS,
        { position: 7, offset: 107 },
        NO_PROGRESS,
      ]);
      await second.sender.send([0, 1, 2].map((partition) => ({ partition, messages: [state(9)] })));
      const records = await readStates(connection, topics.prefix);
      expect(records.map((one) => one.map(({ position }) => position))).toEqual([
        [6, 8, 9],
        [9],
        [3, 7, 9],
        [],
      ]);
    } finally {
      await Promise.all([second.sender.close(), dying.disconnect()]);
      await kafka.drop();
    }
  });

  test('design §8 · what is before the takeover and not decided yet is waited for, not passed over', async () => {
    const kafka = await kafkaForSuite();
    const connection = plainConnection(kafka.brokers);
    const topics = { prefix: kafka.topicPrefix, partitions: 1, replicationFactor: null };
    const topic = topicNames(topics.prefix).clients;
    await ensureTopics(connection, topics);
    // As a transaction of before, whose end Kafka has still to write after a broker came back.
    const undecided = kafkaClient(connection).producer({ transactionalId: `${topics.prefix}.undecided` });
    await undecided.connect();
    const transaction = await undecided.transaction();
    const headers = { eventsoffset: '7', position: '9', streamversion: '1' };
    await transaction.send({ topic, messages: [{ key: 'client-a', value: '{}', headers, partition: 0 }] });
    const sender = await openKafkaStateSender(kafkaClient(connection), topic, {
      transactionalId: topics.prefix,
      partitions: topics.partitions,
      leaders: [],
    });
    try {
      let read = false;
      const ranges = sender.ends.map((end) => ({ from: 0, end }));
      const newest = newestStates(kafkaClient(connection), topic, ranges).finally(() => (read = true));
      await sleep(1_000);
      expect(read).toBe(false);
      await transaction.commit();
      expect(await newest).toEqual([{ position: 9, offset: 7 }]);
    } finally {
      await Promise.all([undecided.disconnect(), sender.close()]);
      await kafka.drop();
    }
  });
});
