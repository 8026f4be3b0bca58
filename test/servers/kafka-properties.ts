import { LOOPBACK } from './ports.js';

export type KafkaNode = { id: number; roles: 'broker' | 'controller' | 'broker,controller'; port: number };
export type KafkaCluster = {
  /** Its brokers listen on `port`; its controllers on `controllerPort`. */
  nodes: readonly (KafkaNode & { controllerPort: number })[];
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
  const broker = `PLAINTEXT://${LOOPBACK}:${node.port}`;
  const controller = `CONTROLLER://${LOOPBACK}:${node.controllerPort}`;
  const listeners = [
    ...(node.roles.includes('broker') ? [broker] : []),
    ...(node.roles.includes('controller') ? [controller] : []),
  ];
  const properties: Record<string, string | number | boolean> = {
    'process.roles': node.roles,
    'node.id': node.id,
    'controller.quorum.voters': controllers
      .map((one) => `${one.id}@${LOOPBACK}:${one.controllerPort}`)
      .join(','),
    listeners: listeners.join(','),
    ...(node.roles.includes('broker') ? { 'advertised.listeners': broker } : {}),
    'controller.listener.names': 'CONTROLLER',
    ...(node.roles.includes('broker') ? { 'inter.broker.listener.name': 'PLAINTEXT' } : {}),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
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
