import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess, TcpProxy } from '@rollbook-servers';
import type { RunningLoad } from './load.js';
import { restoredToAnEarlierCopy } from './restored.js';
import { publishingApi, type Rig } from './rig.js';

export type Fault = {
  name: string;
  /**
   * Does it to a system under load, and undoes it.
   *
   * @throws Error when something was otherwise meanwhile than design §8 says
   */
  inject(rig: Rig, random: () => number, load: RunningLoad): Promise<void>;
};

/** How long something is down, cut or slow, in milliseconds: longer than any single retry. */
const DOWN_MS = 1000;
/** Longer than a publisher is waited for before another one takes its turn (2.5 s). */
const FROZEN_MS = 4500;
/** One way through a slow network. */
const SLOW_MS = 150;

const killed = async (...processes: ServerProcess[]) => {
  await Promise.all(processes.map((one) => one.kill9()));
  await delay(DOWN_MS);
  await Promise.all(processes.map((one) => one.restart()));
};
const withNetwork = async (proxies: readonly TcpProxy[], fault: (proxy: TcpProxy) => void) => {
  proxies.forEach(fault);
  await delay(DOWN_MS);
  proxies.forEach((proxy) => proxy.heal());
};
const ofBrokers = (rig: Rig) => rig.brokers.map(({ proxy }) => proxy);
function anyOf<T>(all: readonly T[], random: () => number): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error('none to choose from');
  return one;
}

/** One row per fault of design §8 that can be made from outside; what must hold after each is the same (promises.ts). */
export const FAULTS: readonly Fault[] = [
  {
    name: 'an API is killed',
    inject: ({ system }, random) => killed(anyOf(system.apis, random)),
  },
  {
    name: 'the publishers of events and of states are killed',
    async inject(rig) {
      const publishers = [await publishingApi(rig, 'events'), await publishingApi(rig, 'states')];
      await killed(...new Set(publishers));
    },
  },
  { name: 'all APIs are killed', inject: ({ system }) => killed(...system.apis) },
  {
    name: 'a projector is killed',
    inject: ({ system }, random) => killed(anyOf(system.projectors, random)),
  },
  { name: 'all projectors are killed', inject: ({ system }) => killed(...system.projectors) },
  ...(['events', 'states'] as const).map((kind) => ({
    name: `the publisher of ${kind} is frozen past the takeover, and wakes again`,
    async inject(rig: Rig) {
      const publisher = await publishingApi(rig, kind);
      await publisher.freeze();
      await delay(FROZEN_MS);
      await publisher.thaw();
    },
  })),
  {
    name: 'a broker is killed',
    async inject({ kafka, brokers }, random) {
      await killed(anyOf(brokers, random));
      await kafka.settled();
    },
  },
  {
    name: 'two brokers of three are killed',
    async inject({ kafka, brokers }, random) {
      const spared = anyOf(brokers, random);
      await killed(...brokers.filter((one) => one !== spared));
      await kafka.settled();
    },
  },
  {
    name: 'a broker is frozen',
    async inject({ kafka, brokers }, random) {
      const broker = anyOf(brokers, random);
      await broker.freeze();
      await delay(FROZEN_MS);
      await broker.thaw();
      await kafka.settled();
    },
  },
  { name: 'the database is killed', inject: ({ mongodb }) => killed(mongodb) },
  {
    name: 'connections to the database are cut',
    inject: ({ mongodbProxy }) => withNetwork([mongodbProxy], (proxy) => proxy.cut()),
  },
  {
    name: 'connections to the database are slow',
    inject: ({ mongodbProxy }) => withNetwork([mongodbProxy], (proxy) => proxy.delay(SLOW_MS)),
  },
  {
    name: 'connections to the database live in one direction',
    inject: ({ mongodbProxy }) => withNetwork([mongodbProxy], (proxy) => proxy.halfClose()),
  },
  {
    name: 'connections to Kafka are cut',
    inject: (rig) => withNetwork(ofBrokers(rig), (proxy) => proxy.cut()),
  },
  {
    name: 'connections to Kafka are slow',
    inject: (rig) => withNetwork(ofBrokers(rig), (proxy) => proxy.delay(SLOW_MS)),
  },
  {
    name: 'connections to Kafka live in one direction',
    inject: (rig) => withNetwork(ofBrokers(rig), (proxy) => proxy.halfClose()),
  },
  { name: 'the database is restored to an earlier copy', inject: restoredToAnEarlierCopy },
];
