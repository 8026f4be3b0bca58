import { LOOPBACK } from './ports.js';

export type KafkaNode = {
  id: number;
  roles: 'broker' | 'controller' | 'broker,controller';
  /** Where a broker listens for clients, and the port that it tells them. */
  port: number;
  advertisedPort: number;
  /** Where brokers listen for each other, and controllers for everybody. */
  internalPort: number;
  controllerPort: number;
};
export type KafkaCluster = {
  nodes: readonly KafkaNode[];
  /** True where brokers are going to be killed: their death is noticed, and forgotten, within a second or so. */
  isKilled: boolean;
};

/** The `server.properties` of one node of a KRaft cluster on the loopback interface, small and quick. */
export function kafkaProperties(cluster: KafkaCluster, id: number, dataFolder: string): string {
  const node = cluster.nodes.find((one) => one.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  const controllers = cluster.nodes.filter(({ roles }) => roles.includes('controller'));
  const replicas = cluster.nodes.filter(({ roles }) => roles.includes('broker')).length;
  const inSync = replicas >= 3 ? 2 : 1;
  const isBroker = node.roles.includes('broker');
  const internal = `INTERNAL://${LOOPBACK}:${node.internalPort}`;
  const listeners = [
    ...(isBroker ? [`PLAINTEXT://${LOOPBACK}:${node.port}`, internal] : []),
    ...(node.roles.includes('controller') ? [`CONTROLLER://${LOOPBACK}:${node.controllerPort}`] : []),
  ];
  const ofBrokers = {
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${node.advertisedPort},${internal}`,
    // Apart from the clients' way, which a test may cut.
    'inter.broker.listener.name': 'INTERNAL',
  };
  const properties: Record<string, string | number | boolean> = {
    'process.roles': node.roles,
    'node.id': node.id,
    'controller.quorum.voters': controllers
      .map((one) => `${one.id}@${LOOPBACK}:${one.controllerPort}`)
      .join(','),
    listeners: listeners.join(','),
    ...(isBroker ? ofBrokers : {}),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataFolder,
    // A topic exists because somebody created it with the settings that it needs.
    'auto.create.topics.enable': false,
    'num.partitions': 1,
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'log.cleaner.threads': 1,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'log.retention.ms': -1,
    'initial.broker.registration.timeout.ms': 60_000,
    'controller.quorum.election.timeout.ms': 200,
    'controller.quorum.election.backoff.max.ms': 200,
    // A restart after SIGKILL waits until the session of the killed broker has ended: 3 s instead of 12.
    ...(cluster.isKilled ? { 'broker.session.timeout.ms': 1000, 'broker.heartbeat.interval.ms': 200 } : {}),
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
