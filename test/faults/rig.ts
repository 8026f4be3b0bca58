import {
  type OwnBroker,
  type OwnKafka,
  type OwnMongodb,
  startKafka,
  startMongodb,
  startTcpProxy,
  type TcpProxy,
} from '@rollbook-servers';
import type { RunningApp } from '../support/distributed/app.js';
import { type Distributed, patiently, startDistributed } from '../support/distributed/distributed.js';

/** The whole system on servers of its own, every connection to them through a proxy. */
export type Rig = {
  system: Distributed;
  kafka: OwnKafka;
  brokers: readonly (OwnBroker & { proxy: TcpProxy })[];
  mongodb: OwnMongodb;
  mongodbProxy: TcpProxy;
  stop(): Promise<void>;
};

/** Three brokers, one MongoDB, two processes of each app. */
export async function startRig(): Promise<Rig> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  const keep = <T extends { stop: () => Promise<unknown> }>(one: T): T => {
    stops.push(() => one.stop());
    return one;
  };
  try {
    const [kafka, mongodb] = await Promise.all([
      startKafka({ brokers: 3, isProxied: true }).then(keep),
      startMongodb({ durable: true }).then(keep),
    ]);
    const { hostname, port } = new URL(mongodb.url);
    const mongodbProxy = keep(await startTcpProxy({ host: hostname, port: Number(port) }));
    const system = keep(
      await startDistributed({
        kafka: { brokers: kafka.brokers },
        // Directly: a member of a replica set would name its own address, and the proxy would be passed by.
        mongodb: { url: `mongodb://${mongodbProxy.host}:${mongodbProxy.port}/?directConnection=true` },
        apiEnv: { ROLLBOOK_RATE_LIMIT_PER_MINUTE: '0' },
      }),
    );
    const brokers = kafka.nodes.flatMap((node) =>
      node.proxy === null ? [] : [Object.assign(node, { proxy: node.proxy })],
    );
    return { system, kafka, brokers, mongodb, mongodbProxy, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The API whose publisher of events has the turn; the first one while none has. */
export async function publishingApi({ system }: Rig): Promise<RunningApp> {
  for (const api of system.apis) {
    const metrics = await patiently(() => fetch(`${api.url}/metrics`).then((response) => response.text()));
    const lines = metrics.split('\n').filter((line) => line.startsWith('rollbook_publisher_state'));
    const isPublishing = lines.some(
      (line) => line.includes('"events"') && line.includes('"publishing"') && line.endsWith(' 1'),
    );
    if (isPublishing) return api;
  }
  const [first] = system.apis;
  if (first === undefined) throw new Error('no API');
  return first;
}
