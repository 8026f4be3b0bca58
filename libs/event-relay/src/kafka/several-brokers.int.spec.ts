import { expect, test } from '@jest/globals';
import { ensureTopics, topicNames } from '@rollbook/event-relay';
import { plainConnection, readStates } from '@rollbook-testing/event-relay';
import { describeWithServers, startKafka } from '@rollbook-servers';
import { kafkaClient } from './kafka-client.js';
import { openKafkaStateSender } from './kafka-state-sender.js';
import { partitionLeaders } from './partition-leaders.js';

const PREFIX = 'several';
const TOPIC = topicNames(PREFIX).clients;
/** On the two brokers, two each. */
const TOPICS = { prefix: PREFIX, partitions: 4, replicationFactor: 1 };
const TRANSACTIONS = 60;

describeWithServers('transactions over several brokers', ['own-kafka'], () => {
  // One after the other without a rest, Kafka is still ending the one before when the next begins. kafkajs tries again
  // then, and with requests to several brokers at once it would also repeat those that are still under way.
  test('design §7 · no state is on Kafka twice', async () => {
    const kafka = await startKafka({ brokers: 2 });
    const connection = plainConnection(kafka.brokers);
    try {
      await ensureTopics(connection, TOPICS);
      const leaders = await partitionLeaders(kafkaClient(connection), TOPIC);
      expect(new Set(leaders).size).toBe(2);
      const sender = await openKafkaStateSender(kafkaClient(connection), TOPIC, {
        transactionalId: `${PREFIX}.states`,
        partitions: TOPICS.partitions,
        leaders,
      });
      const state = (position: number) => ({
        key: 'client-a',
        value: '{}',
        headers: { eventsoffset: String(position), position: String(position), streamversion: '1' },
      });
      for (let position = 1; position <= TRANSACTIONS; position++)
        await sender.send([0, 1, 2, 3].map((partition) => ({ partition, messages: [state(position)] })));
      await sender.close();
      const due = Array.from({ length: TRANSACTIONS }, (_, i) => i + 1);
      for (const records of await readStates(connection, PREFIX))
        expect(records.map(({ position }) => position)).toEqual(due);
    } finally {
      await kafka.stop();
    }
  }, 180_000);
});
