import { setTimeout as delay } from 'node:timers/promises';
import { kafkaClients, readPublishedEvent, topicNames } from '@rollbook/event-relay';
import { MongoClient } from 'mongodb';
import type { Distributed } from '../../test/support/distributed/distributed.js';
import { FIRST_GENERATION } from './system.js';

/** An event as a consumer of the topic met it first, at a moment of `performance.now()`. */
export type Seen = { at: number; partition: number; position: number };
export type KafkaWatch = { seen: ReadonlyMap<string, Seen>; stop(): Promise<void> };

/** Follows the topic of events from now on, as a downstream service would: first events of streams, by stream. */
export async function watchKafka({ brokers, topicPrefix }: Distributed): Promise<KafkaWatch> {
  const connection = { brokers, tls: false, sasl: null, clientId: 'rollbook-bench' };
  const newClient = await kafkaClients(connection);
  const consumer = newClient().consumer({ groupId: `${topicPrefix}-bench`, maxWaitTimeInMs: 100 });
  const seen = new Map<string, Seen>();
  await consumer.connect();
  await consumer.subscribe({ topic: topicNames(topicPrefix).events, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    // What is measured is when it is there, not what a consumer does next.
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const at = performance.now();
      for (const message of batch.messages) {
        const { streamId, position } = readPublishedEvent(batch.partition, message);
        if (!seen.has(streamId)) seen.set(streamId, { at, partition: batch.partition, position });
      }
      await Promise.resolve();
    },
  });
  await joined;
  return { seen, stop: () => consumer.disconnect() };
}

/** How far a partition of the read model was, at that moment at the latest. */
export type Reached = { at: number; position: number };
export type ModelWatch = { reached: ReadonlyMap<number, readonly Reached[]>; stop(): Promise<void> };

const LOOK_EVERY_MS = 2;

/** Looks at the checkpoints of the read model over and over: documents are written before them. */
export async function watchModel({ mongodbUrl, database }: Distributed): Promise<ModelWatch> {
  const client = await MongoClient.connect(mongodbUrl);
  const reached = new Map<number, Reached[]>();
  const stopping = new AbortController();
  const checkpoints = client
    .db(database)
    .collection<{ _id: number; position: number }>(FIRST_GENERATION.checkpoints);
  const look = async () => {
    while (!stopping.signal.aborted) {
      const found = await checkpoints.find().toArray();
      const at = performance.now();
      for (const { _id: partition, position } of found) {
        const moments = reached.get(partition) ?? [];
        if (position > (moments.at(-1)?.position ?? 0)) moments.push({ at, position });
        reached.set(partition, moments);
      }
      await delay(LOOK_EVERY_MS);
    }
  };
  const looking = look();
  return {
    reached,
    stop: async () => {
      stopping.abort();
      await looking.finally(() => client.close());
    },
  };
}
