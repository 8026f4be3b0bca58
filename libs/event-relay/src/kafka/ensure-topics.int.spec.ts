import { expect, test } from '@jest/globals';
import {
  ensureTopics,
  kafkaClients,
  KafkaUnavailable,
  topicNames,
  TopicsRefused,
} from '@rollbook/event-relay';
import { plainConnection } from '@rollbook-testing/event-relay';
import { describeWithServers, freePorts, kafkaForSuite, LOOPBACK } from '@rollbook-servers';

describeWithServers('topics', ['kafka'], () => {
  const settingsFor = (kafka: { topicPrefix: string }, partitions = 2) => ({
    prefix: kafka.topicPrefix,
    partitions,
    replicationFactor: null,
  });

  test('design §7 · processes that start at once make the topics once, and accept them afterwards', async () => {
    const kafka = await kafkaForSuite();
    const connection = plainConnection(kafka.brokers);
    await Promise.all([1, 2, 3].map(() => ensureTopics(connection, settingsFor(kafka))));
    await ensureTopics(connection, settingsFor(kafka));
    await kafka.drop();
  });

  test('design §7 · topics that are not as they must be are refused, one sentence per mistake, and left alone', async () => {
    const kafka = await kafkaForSuite();
    const connection = plainConnection(kafka.brokers);
    const names = topicNames(kafka.topicPrefix);
    const admin = (await kafkaClients(connection))().admin();
    await admin.connect();
    try {
      await admin.createTopics({
        topics: [
          { topic: names.events, numPartitions: 3, configEntries: [{ name: 'retention.ms', value: '1000' }] },
          { topic: names.clients, numPartitions: 2 },
        ],
      });
      const refused = ensureTopics(connection, settingsFor(kafka));
      await expect(refused).rejects.toBeInstanceOf(TopicsRefused);
      await expect(refused).rejects.toMatchObject({
        mistakes: [
          `topic ${names.events} has 3 partitions, not 2: the number is fixed for life, because it decides where a client's events are`,
          `topic ${names.events} has retention.ms=1000, not -1: events would be deleted by age`,
          `topic ${names.clients} has cleanup.policy=delete, not compact: what the topic must keep would be lost`,
          `topic ${names.clients} has delete.retention.ms=86400000, not 604800000: a consumer that pauses for days would miss deletions`,
        ],
      });
    } finally {
      await admin.disconnect();
      await kafka.drop();
    }
  });

  test('design §8 · a Kafka that does not answer, or has too few brokers, is no mistake of the topics', async () => {
    const [port] = await freePorts(1);
    const nobody = plainConnection([`${LOOPBACK}:${port}`]);
    const away = ensureTopics(nobody, { prefix: 'any', partitions: 1, replicationFactor: 1 });
    await expect(away).rejects.toBeInstanceOf(KafkaUnavailable);
    await expect(away).rejects.toThrow(
      `Kafka (${LOOPBACK}:${port}) did not let the topics be created and checked: `,
    );
    const kafka = await kafkaForSuite();
    const few = ensureTopics(plainConnection(kafka.brokers), { ...settingsFor(kafka), replicationFactor: 3 });
    await expect(few).rejects.toThrow(
      `topic ${topicNames(kafka.topicPrefix).events} needs 3 brokers for its replication factor, and Kafka has 1`,
    );
    await kafka.drop();
  });
});
