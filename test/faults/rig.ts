import { setTimeout as delay } from 'node:timers/promises';
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

const TURN_WITHIN_MS = 10_000;

/** The API whose publisher of that kind has the turn. @throws Error when none has it for a while */
export async function publishingApi(
  { system }: Rig,
  kind: 'events' | 'states' = 'events',
): Promise<RunningApp> {
  const deadline = Date.now() + TURN_WITHIN_MS;
  while (Date.now() < deadline) {
    for (const api of system.apis) if (await isPublishing(api, kind)) return api;
    await delay(50);
  }
  throw new Error(`nobody publishes ${kind}`);
}

async function isPublishing({ url }: RunningApp, kind: string): Promise<boolean> {
  const metrics = await patiently(() => fetch(`${url}/metrics`).then((response) => response.text()));
  const line = `rollbook_publisher_state{publisher="${kind}",state="publishing"} 1`;
  return metrics.split('\n').includes(line);
}
