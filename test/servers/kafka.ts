import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startContainer } from './containers.js';
import { JAVA_FOLDER, classpathOf } from './jars.js';
import { kafkaProperties, type KafkaCluster, type KafkaNode } from './kafka-properties.js';
import { LOOPBACK, freePorts, isOpen } from './ports.js';
import { sourceOf } from './run-environment.js';
import { startLocalProcess, type ServerProcess } from './server-process.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';
import { removeFolder, temporaryFolder } from './temporary-folder.js';

export type KafkaOptions = {
  brokers?: 1 | 2 | 3;
  /** False gives the ordinary, patient session timeouts. */
  isKilled?: boolean;
  /** Clients reach every broker through a proxy of its own. */
  isProxied?: boolean;
  onDeath?: (how: string) => void;
};
export type OwnBroker = ServerProcess & {
  /** `host:port`, as clients are told. */
  readonly address: string;
  readonly id: number;
  /** Null unless `isProxied`. */
  readonly proxy: TcpProxy | null;
};
export type OwnKafka = {
  /** `host:port` of every broker. */
  brokers: string[];
  /** The brokers, in the order of `brokers`. */
  nodes: readonly OwnBroker[];
  kind: 'container' | 'process';
  /** Waits until every broker is there and every replica in sync: from then on a broker can be spared. */
  settled: () => Promise<void>;
  /** Stops every node and removes its data. */
  stop: () => Promise<void>;
};

/** The same release in a container as from jars (java/kafka-pom.xml). */
const IMAGE = 'apache/kafka:4.4.0';
const START_WITHIN_MS = 90_000;
const TRIES = 3;
/** A small heap, one collector thread, a quick start: tests share a machine. */
export const SMALL_JVM =
  '-Xms64m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true'.split(
    ' ',
  );

/**
 * Starts a Kafka of the caller's own (KRaft), that may be killed, frozen and restarted, broker by broker. Its data
 * survive until `stop()`.
 *
 * One and three brokers are also the controllers. Two brokers get a third, separate node as their only controller,
 * because of two controllers none could be lost. Of three brokers one can be lost at a time; after two the topics wait
 * for the second (`min.insync.replicas` is 2).
 */
export async function startKafka(options: KafkaOptions = {}): Promise<OwnKafka> {
  const source = await sourceOf('own-kafka');
  for (let tries = 1; ; tries++) {
    try {
      return await startCluster(source === 'container' ? launchContainer : launchJava, options);
    } catch (error) {
      // Kafka must know its ports before it starts, so somebody else can have taken one in between.
      const isClash = /Address already in use|BindException/.test(String(error));
      if (tries === TRIES || !isClash) throw error;
    }
  }
}

async function newCluster(options: KafkaOptions): Promise<KafkaCluster & { proxies: Map<number, TcpProxy> }> {
  const brokers = options.brokers ?? 1;
  const proxies = new Map<number, TcpProxy>();
  const rolesOf = (id: number): KafkaNode['roles'] =>
    brokers !== 2 ? 'broker,controller' : id === 3 ? 'controller' : 'broker';
  const nodes: KafkaNode[] = [];
  for (const id of brokers === 2 ? [1, 2, 3] : Array.from({ length: brokers }, (_, at) => at + 1)) {
    const [port = 0, internalPort = 0, controllerPort = 0] = await freePorts(3);
    if (options.isProxied) proxies.set(id, await startTcpProxy({ host: LOOPBACK, port }));
    const advertisedPort = proxies.get(id)?.port ?? port;
    nodes.push({ id, roles: rolesOf(id), port, advertisedPort, internalPort, controllerPort });
  }
  return { nodes, proxies, isKilled: options.isKilled ?? true };
}

async function startCluster(
  launch: typeof launchJava | typeof launchContainer,
  options: KafkaOptions,
): Promise<OwnKafka> {
  const clusterId = newClusterId();
  const cluster = await newCluster(options);
  const started = await Promise.allSettled(
    cluster.nodes.map(async (node) => ({
      node,
      ...(await launch(cluster, node, clusterId, options.onDeath)),
    })),
  );
  const running = started.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  const stop = async () => {
    await Promise.all(running.map(async (one) => one.process.stop().finally(one.forget)));
    await Promise.all([...cluster.proxies.values()].map((proxy) => proxy.stop()));
  };
  try {
    const failed = started.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const nodes = running
      .filter(({ node }) => node.roles.includes('broker'))
      // The process keeps its accessors: `pid` changes with every restart.
      .map(({ node: { id, advertisedPort }, process }) =>
        Object.assign(process, {
          address: `${LOOPBACK}:${advertisedPort}`,
          id,
          proxy: cluster.proxies.get(id) ?? null,
        }),
      );
    const brokers = nodes.map(({ address }) => address);
    const settled = () => settle(brokers, clusterId);
    await settled();
    const kind = launch === launchContainer ? 'container' : 'process';
    return { brokers, nodes, kind, settled, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Launched = { process: ServerProcess; forget: () => void };
const listensOn = (node: KafkaNode) => (node.roles.includes('broker') ? node.port : node.controllerPort);

async function launchJava(
  cluster: KafkaCluster,
  node: KafkaNode,
  clusterId: string,
  onDeath?: (how: string) => void,
): Promise<Launched> {
  const classpath = await classpathOf('kafka');
  const folder = temporaryFolder('kafka');
  const forget = () => removeFolder(folder);
  const properties = path.join(folder, 'server.properties');
  writeFileSync(properties, kafkaProperties(cluster, node.id, path.join(folder, 'data')));
  const logging = `-Dlog4j2.configurationFile=${path.join(JAVA_FOLDER, 'log4j2.properties')}`;
  try {
    const started = await startLocalProcess({
      program: 'java',
      args: [...SMALL_JVM, logging, '-cp', classpath, 'KafkaTestServer', properties, clusterId],
      folder,
      logFile: path.join(folder, 'output.log'),
      isReady: () => isOpen(listensOn(node)),
      startWithinMs: START_WITHIN_MS,
      endsWithStdin: true,
      ...(onDeath === undefined ? {} : { onDeath }),
    });
    return { process: started, forget };
  } catch (error) {
    forget();
    throw error;
  }
}

async function launchContainer(cluster: KafkaCluster, node: KafkaNode, clusterId: string): Promise<Launched> {
  const started = await startContainer({
    image: IMAGE,
    port: listensOn(node),
    environment: { CLUSTER_ID: clusterId },
    // Where the image looks for a configuration of its user's.
    files: {
      '/mnt/shared/config/server.properties': kafkaProperties(cluster, node.id, '/tmp/kraft-combined-logs'),
    },
  });
  return { process: started, forget: () => undefined };
}

/** Sixteen random bytes; a leading `-` would be read as an option. */
function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}

/**
 * Waits until every broker is a member of this very cluster, every partition has all its replicas in sync, and all brokers
 * agree about it: one that was frozen believes for a moment that it still leads what it led.
 */
async function settle(brokers: readonly string[], clusterId: string): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const views = await Promise.all(brokers.map((broker) => viewOf(broker, clusterId, brokers.length)));
    if (new Set(views.map(({ view }) => view)).size === 1 && views.every(({ isWhole }) => isWhole)) return;
    if (Date.now() > deadline)
      throw new Error(`Kafka: ${brokers.length} brokers wanted; ${views.map(({ view }) => view).join('; ')}`);
    await delay(50);
  }
}

/** What one broker says of the cluster; `isWhole`: it knows all of them, and lacks no replica. */
async function viewOf(
  broker: string,
  clusterId: string,
  count: number,
): Promise<{ isWhole: boolean; view: string }> {
  const { Kafka, logLevel } = (await import('kafkajs')).default;
  // Asks this broker, which is the only one that it has a connection to.
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    const { topics } = await admin.fetchTopicMetadata();
    const partitions = topics.flatMap(({ name, partitions: all }) => all.map((one) => ({ name, ...one })));
    const lacking = partitions.filter(
      ({ isr, replicas, leader }) => leader < 0 || isr.length < replicas.length,
    );
    const view = partitions
      .map(({ name, partitionId, leader }) => `${name}/${partitionId}: ${leader}`)
      .sort();
    const isWhole =
      cluster.clusterId === clusterId && cluster.brokers.length === count && lacking.length === 0;
    return { isWhole, view: `${cluster.brokers.length} there, leaders ${view.join(', ')}` };
  } catch (error) {
    return { isWhole: false, view: String(error) };
  } finally {
    await admin.disconnect();
  }
}
