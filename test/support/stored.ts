import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Kafka } from 'kafkajs';
import { MongoClient } from 'mongodb';

/** Something that a service has written, as text to be searched; octets that are no text are there as Latin-1. */
export type Stored = { place: string; text: string };

/** Every file of a data directory. */
export const storedFiles = (directory: string): Stored[] =>
  readdirSync(directory).map((file) => ({
    place: file,
    text: readFileSync(path.join(directory, file), 'latin1'),
  }));

/** Every collection of every database whose name starts so. */
export async function storedCollections(url: string, database: string): Promise<Stored[]> {
  const client = new MongoClient(url);
  try {
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    const stored: Stored[] = [];
    for (const { name } of databases.filter((one) => one.name.startsWith(database))) {
      for (const collection of await client.db(name).collections()) {
        const text = JSON.stringify(await collection.find().toArray());
        stored.push({ place: `${name}.${collection.collectionName}`, text });
      }
    }
    return stored;
  } finally {
    await client.close();
  }
}

/** Every record of every topic whose name starts so: key, value and headers. */
export async function storedTopics(brokers: readonly string[], prefix: string): Promise<Stored[]> {
  const { Kafka: KafkaClient, logLevel } = kafkajs;
  const kafka: Kafka = new KafkaClient({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    const stored: Stored[] = [];
    for (const topic of topics) {
      const offsets = await admin.fetchTopicOffsets(topic);
      const ends = new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
      stored.push({ place: topic, text: await patiently(() => readTopic(kafka, topic, ends)) });
    }
    return stored;
  } finally {
    await admin.disconnect();
  }
}

const TRIES = 40;

/** The first group of a new broker is refused until the broker has made its own topic for groups. */
async function patiently<Result>(read: () => Promise<Result>): Promise<Result> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await read();
    } catch (error) {
      const isEarly = error instanceof kafkajs.KafkaJSProtocolError && error.retriable;
      if (!isEarly || left === 0) throw error;
      await delay(500);
    }
  }
}

async function readTopic(kafka: Kafka, topic: string, ends: Map<number, number>): Promise<string> {
  const left = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
  if (left.size === 0) return '';
  const records: string[] = [];
  const { promise: read, resolve, reject } = Promise.withResolvers<void>();
  const consumer = kafka.consumer({ groupId: `${topic}-search-${process.pid}`, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const { key, value, headers } of batch.messages) {
          const named = Object.entries(headers ?? {}).map(([name, text]) => `${name}: ${String(text)}`);
          records.push([String(key), String(value), ...named].join('\n'));
        }
        // The last offset of a batch also counts what is no record of ours: marks of transactions.
        if (Number(batch.lastOffset()) + 1 >= (ends.get(batch.partition) ?? 0)) left.delete(batch.partition);
        if (left.size === 0) resolve();
      },
    });
    await read;
  } finally {
    await consumer.disconnect();
  }
  return records.join('\n');
}
