import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { MongoClient } from 'mongodb';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';

describeWithServers('servers of a run', ['kafka', 'mongodb'], () => {
  test('infra · MongoDB: each suite has databases of its own, and drops only those', async () => {
    const [one, other] = [await mongodbForSuite(), await mongodbForSuite()];
    expect(other.url).toBe(one.url);
    const client = new MongoClient(one.url);
    try {
      for (const name of [one.database, `${one.database}_keys`, other.database])
        await client.db(name).collection('things').insertOne({ name });
      await one.drop();
      const { databases } = await client.db('admin').admin().listDatabases();
      const names = databases.map(({ name }) => name).filter((name) => name.startsWith('test_'));
      expect(names).toContain(other.database);
      expect(names.filter((name) => name.startsWith(one.database))).toEqual([]);
      await other.drop();
    } finally {
      await client.close();
    }
  });

  test('infra · Kafka: each suite has a topic prefix of its own, and drops only its topics', async () => {
    const [one, other] = [await kafkaForSuite(), await kafkaForSuite()];
    expect(other.brokers).toEqual(one.brokers);
    const admin = new kafkajs.Kafka({ brokers: one.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    try {
      await admin.connect();
      const topic = (prefix: string) => ({ topic: `${prefix}.events.v1`, numPartitions: 1 });
      await admin.createTopics({ topics: [topic(one.topicPrefix), topic(other.topicPrefix)] });
      await one.drop();
      const topics = await admin.listTopics();
      expect(topics).toContain(`${other.topicPrefix}.events.v1`);
      expect(topics).not.toContain(`${one.topicPrefix}.events.v1`);
      await other.drop();
    } finally {
      await admin.disconnect();
    }
  });
});
