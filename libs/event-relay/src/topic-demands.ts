import { topicNames, type TopicSettings } from './topics.js';

/** What a topic must be like; all configuration values are Kafka's texts. */
export type TopicDemand = {
  topic: string;
  partitions: number;
  replicationFactor: number;
  /** Set on creation. Those of {@link HELD} are checked on topics that exist. */
  config: Record<string, string>;
};

/** What a topic is like. */
export type TopicFound = {
  partitions: number;
  /** Least number of replicas that a partition has. */
  replicationFactor: number;
  config: Readonly<Record<string, string>>;
};

const BROKERS_FOR_REPLICATION = 3;
const REPLICAS_IN_SYNC = 2;
const CLIENTS_DELETE_RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
/** Kafka's own default; a record batch of ours stays well below. */
const MAX_MESSAGE_BYTES = 1_048_588;

/** Events and checkpoints are kept for ever, by age and by size. */
const FOR_EVER = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
const LATEST_STATE = {
  'cleanup.policy': 'compact',
  'delete.retention.ms': String(CLIENTS_DELETE_RETENTION_MS),
};

/**
 * The topics of design §7.
 *
 * @param brokers how many there are: decides the replication factor unless the configuration names one
 */
export function topicDemands(settings: TopicSettings, brokers: number): TopicDemand[] {
  const names = topicNames(settings.prefix);
  const replicationFactor = settings.replicationFactor ?? Math.min(BROKERS_FOR_REPLICATION, brokers);
  const inSync = replicationFactor >= BROKERS_FOR_REPLICATION ? REPLICAS_IN_SYNC : 1;
  const common = { 'min.insync.replicas': String(inSync), 'max.message.bytes': String(MAX_MESSAGE_BYTES) };
  const { partitions } = settings;
  return [
    { topic: names.events, partitions, replicationFactor, config: { ...FOR_EVER, ...common } },
    { topic: names.clients, partitions, replicationFactor, config: { ...LATEST_STATE, ...common } },
    { topic: names.checkpoints, partitions: 1, replicationFactor, config: { ...FOR_EVER, ...common } },
  ];
}

/**
 * What topics that exist are held to: a replication factor only where one is configured. The number of brokers is that of
 * a moment, so without one each topic keeps the factor that it was made with, or was given since.
 *
 * @param found in the order of {@link topicDemands}
 */
export function demandsOnExisting(
  settings: TopicSettings,
  found: readonly Pick<TopicFound, 'replicationFactor'>[],
): TopicDemand[] {
  return found.flatMap(({ replicationFactor }, i) => topicDemands(settings, replicationFactor)[i] ?? []);
}

/** Settings of which only one value is right, with what another one would do. */
const HELD: Record<string, string> = {
  'cleanup.policy': 'what the topic must keep would be lost',
  'retention.ms': 'events would be deleted by age',
  'retention.bytes': 'events would be deleted by size',
  'delete.retention.ms': 'a consumer that pauses for days would miss deletions',
};

/** One sentence per mistake of a topic that exists; none if it is as it must be. */
export function topicMistakes(demand: TopicDemand, found: TopicFound): string[] {
  const { topic, config } = demand;
  const mistakes: string[] = [];
  if (found.partitions !== demand.partitions) {
    mistakes.push(
      `topic ${topic} has ${found.partitions} partitions, not ${demand.partitions}: the number is fixed for life, because it decides where a client's events are`,
    );
  }
  if (found.replicationFactor < demand.replicationFactor) {
    mistakes.push(
      `topic ${topic} has replication factor ${found.replicationFactor}, not ${demand.replicationFactor}: add replicas, or configure the lower factor`,
    );
  }
  for (const [name, consequence] of Object.entries(HELD)) {
    const wanted = config[name];
    const is = found.config[name];
    if (wanted !== undefined && is !== wanted) {
      mistakes.push(`topic ${topic} has ${name}=${is}, not ${wanted}: ${consequence}`);
    }
  }
  return [...mistakes, ...durabilityMistakes(demand, found), ...sizeMistakes(demand, found)];
}

function durabilityMistakes({ topic, config }: TopicDemand, found: TopicFound): string[] {
  const mistakes: string[] = [];
  const name = 'min.insync.replicas';
  const inSync = Number(found.config[name]);
  if (!(inSync >= Number(config[name]))) {
    mistakes.push(
      `topic ${topic} has ${name}=${found.config[name]}, not ${config[name]}: the loss of one broker could lose acknowledged events`,
    );
  } else if (inSync > found.replicationFactor) {
    mistakes.push(
      `topic ${topic} has ${name}=${inSync} with ${found.replicationFactor} replicas: nothing can be written`,
    );
  }
  if (found.config['unclean.leader.election.enable'] === 'true') {
    mistakes.push(
      `topic ${topic} has unclean.leader.election.enable=true, not false: acknowledged events could be lost`,
    );
  }
  return mistakes;
}

function sizeMistakes({ topic }: TopicDemand, found: TopicFound): string[] {
  const bytes = found.config['max.message.bytes'];
  if (Number(bytes) >= MAX_MESSAGE_BYTES) return [];
  return [
    `topic ${topic} has max.message.bytes=${bytes}, less than ${MAX_MESSAGE_BYTES}: a batch might not fit`,
  ];
}
