import { setTimeout } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicMetadata } from 'kafkajs';
import { type KafkaConnection, KafkaUnavailable } from '../connection.js';
import {
  demandsOnExisting,
  type TopicDemand,
  topicDemands,
  type TopicFound,
  topicMistakes,
} from '../topic-demands.js';
import { type TopicSettings, TopicsRefused } from '../topics.js';
import { cutOff } from './client-sockets.js';
import { kafkaClient, unavailable } from './kafka-client.js';

// Not named where Node looks for the names of a CommonJS module.
const { ConfigResourceTypes, KafkaJSProtocolError } = kafkajs;

/** A new topic is known to every broker, with leaders, after some hundred milliseconds. */
const KNOWN_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 50;

type Missing = (admin: Admin, demand: TopicDemand, brokers: number) => Promise<void>;

/** See `ensureTopics` in open.ts. */
export const ensureKafkaTopics = (connection: KafkaConnection, settings: TopicSettings): Promise<void> =>
  verify(connection, settings, create);

/** See `checkTopics` in open.ts. */
export const checkKafkaTopics = (connection: KafkaConnection, settings: TopicSettings): Promise<void> =>
  verify(connection, settings, (_admin, { topic }) =>
    Promise.reject(new KafkaUnavailable(`topic ${topic} does not exist yet: registration-api makes it`)),
  );

async function verify(connection: KafkaConnection, settings: TopicSettings, missing: Missing): Promise<void> {
  const kafka = kafkaClient(connection);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const demands = topicDemands(settings, brokers.length);
    const existing = new Set(await admin.listTopics());
    for (const demand of demands) {
      if (!existing.has(demand.topic)) await missing(admin, demand, brokers.length);
    }
    const found = await describe(admin, demands);
    const mistakes = demandsOnExisting(settings, found).flatMap((demand, i) => {
      const one = found[i];
      return one === undefined ? [`topic ${demand.topic} cannot be described`] : topicMistakes(demand, one);
    });
    if (mistakes.length > 0) throw new TopicsRefused(mistakes);
  } catch (error) {
    if (error instanceof TopicsRefused || error instanceof KafkaUnavailable) throw error;
    throw unavailable(connection, 'did not let the topics be created and checked', error);
  } finally {
    await admin.disconnect();
    cutOff(kafka);
  }
}

/** False from kafkajs means that the topic is there already: another process was first, and it is checked like any other. */
async function create(admin: Admin, demand: TopicDemand, brokers: number): Promise<void> {
  const { topic, partitions, replicationFactor, config } = demand;
  if (replicationFactor > brokers) {
    throw new KafkaUnavailable(
      `topic ${topic} needs ${replicationFactor} brokers for its replication factor, and Kafka has ${brokers}`,
    );
  }
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
    waitForLeaders: false,
  });
}

async function describe(admin: Admin, demands: readonly TopicDemand[]): Promise<TopicFound[]> {
  const topics = await metadataOf(
    admin,
    demands.map(({ topic }) => topic),
  );
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: demands.map(({ topic }) => ({ type: ConfigResourceTypes.TOPIC, name: topic })),
  });
  return demands.map(({ topic }) => {
    const partitions = topics.find(({ name }) => name === topic)?.partitions ?? [];
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
    return {
      partitions: partitions.length,
      replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      config: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
    };
  });
}

/** Waits for topics that were made just now, by this process or another. */
async function metadataOf(admin: Admin, topics: string[]): Promise<ITopicMetadata[]> {
  const end = performance.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      return (await admin.fetchTopicMetadata({ topics })).topics;
    } catch (error) {
      const type = error instanceof KafkaJSProtocolError ? error.type : '';
      const passes = type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'LEADER_NOT_AVAILABLE';
      if (!passes || performance.now() > end) throw error;
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
}
