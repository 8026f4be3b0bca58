import { expect, jest, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { MongoClient } from 'mongodb';
import {
  describeWithServers,
  startKafka,
  startMongodb,
  type OwnKafka,
  type OwnMongodb,
} from '@rollbook-servers';

jest.setTimeout(180_000);

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};

const clientOf = (brokers: readonly string[]) =>
  new kafkajs.Kafka({
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 500,
    // A frozen broker is given up after so long.
    requestTimeout: 2000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 },
  });

async function withKafka(brokers: 1 | 2 | 3, body: (own: OwnKafka, client: kafkajs.Kafka) => Promise<void>) {
  const own = await startKafka({ brokers });
  try {
    await body(own, clientOf(own.brokers));
  } finally {
    await own.stop();
  }
  expect(own.nodes.map(({ pid }) => isAlive(pid))).toEqual(own.nodes.map(() => false));
}

async function offsetsOf(client: kafkajs.Kafka, topic: string): Promise<string[]> {
  const admin = client.admin();
  await admin.connect();
  try {
    return (await admin.fetchTopicOffsets(topic)).map(({ high }) => high);
  } finally {
    await admin.disconnect();
  }
}

async function withTopic(
  client: kafkajs.Kafka,
  replicationFactor: number,
  body: (send: () => Promise<unknown>) => Promise<void>,
) {
  const admin = client.admin();
  const producer = client.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    await admin.createTopics({
      topics: [{ topic: 't', numPartitions: 1, replicationFactor }],
      waitForLeaders: true,
    });
    await body(() => producer.send({ topic: 't', acks: -1, messages: [{ value: 'x' }] }));
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

/**
 * A producer whose answer does not come goes on asking the same broker, and a new one begins with the first of its list,
 * whose connection a frozen broker takes: so each begins with another.
 */
async function sentByAnother({ brokers }: OwnKafka): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (let tries = 0; ; tries++) {
    const first = tries % brokers.length;
    const client = clientOf([...brokers.slice(first), ...brokers.slice(0, first)]);
    const producer = client.producer({ retry: { retries: 2 } });
    try {
      await producer.connect();
      await producer.send({ topic: 't', acks: -1, messages: [{ value: 'x' }] });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    } finally {
      await producer.disconnect();
    }
  }
}

async function withMongodb(durable: boolean, body: (own: OwnMongodb, client: MongoClient) => Promise<void>) {
  const own = await startMongodb({ durable });
  const client = new MongoClient(own.url, { serverSelectionTimeoutMS: 5000 });
  try {
    await body(own, client);
  } finally {
    await client.close();
    await own.stop();
  }
  expect(isAlive(own.pid)).toBe(false);
}

describeWithServers('servers of a suite’s own', ['own-kafka', 'own-mongodb'], () => {
  test('infra · Kafka: what a killed broker had acknowledged is there after its restart', async () => {
    await withKafka(1, async (own, client) => {
      await withTopic(client, 1, async (send) => {
        await send();
        const [node] = own.nodes;
        const first = node?.pid;
        await node?.kill9();
        await node?.restart();
        expect(node?.pid).not.toBe(first);
        await send();
      });
      expect(await offsetsOf(client, 't')).toEqual(['2']);
    });
  });

  test('infra · Kafka: of two brokers, either can be killed', async () => {
    await withKafka(2, async (own, client) => {
      await withTopic(client, 2, async (send) => {
        await send();
        for (const node of own.nodes) {
          await node.kill9();
          await send();
          await node.restart();
          await own.settled();
        }
        await send();
      });
    });
  });

  test('infra · Kafka: a frozen broker of three is replaced, and comes back', async () => {
    await withKafka(3, async (own, client) => {
      await withTopic(client, 3, async (send) => {
        await send();
        await own.nodes[0]?.freeze();
        await sentByAnother(own);
        await own.nodes[0]?.thaw();
        await sentByAnother(own);
      });
    });
  });

  test('infra · MongoDB: what a killed server had acknowledged is there after its restart', async () => {
    await withMongodb(true, async (own, client) => {
      const things = client.db('d').collection<{ _id: number }>('things');
      await things.insertOne({ _id: 1 }, { writeConcern: { w: 'majority', j: true } });
      await own.kill9();
      await own.restart();
      expect(await things.find().toArray()).toEqual([{ _id: 1 }]);
    });
  });

  test('infra · MongoDB: a restored snapshot is the state of its moment', async () => {
    await withMongodb(true, async (own, client) => {
      const things = client.db('d').collection<{ _id: number }>('things');
      await things.insertOne({ _id: 1 });
      const snapshot = await own.snapshot();
      await things.insertOne({ _id: 2 });
      await own.restore(snapshot);
      expect(await things.find().toArray()).toEqual([{ _id: 1 }]);
      await things.insertOne({ _id: 3 });
    });
  });

  test('infra · MongoDB: a frozen server answers again once it is thawed', async () => {
    await withMongodb(false, async (own, client) => {
      const things = client.db('d').collection<{ _id: number }>('things');
      await things.insertOne({ _id: 1 });
      await own.freeze();
      const slow = things.insertOne({ _id: 2 });
      await expect(Promise.race([slow, new Promise((r) => setTimeout(r, 200, 'nothing'))])).resolves.toBe(
        'nothing',
      );
      await own.thaw();
      await slow;
    });
  });
});
