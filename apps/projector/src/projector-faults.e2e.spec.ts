import { setTimeout as delay } from 'node:timers/promises';
import {
  describeWithServers,
  type OwnKafka,
  startKafka,
  startTcpProxy,
  type TcpProxy,
} from '@rollbook-servers';
import { clientIds, statusWhen } from '@rollbook-testing/read-models';
import { eventually, World } from '../testing/world.js';

/** `ROLLBOOK_TEST_KILLS=50` for a long run. */
const KILLS = Number(process.env['ROLLBOOK_TEST_KILLS'] ?? 2);
const PATIENCE_MS = 120_000 + KILLS * 20_000;
const EQUAL = (clients: number) => ({ clients, differences: [] });

describeWithServers('design §8 · projectors that come and go', ['kafka', 'mongodb'], () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
    await world.publish();
  });
  afterAll(() => world.close());

  test(
    'the group is divided anew in the middle of batches: one joins, one leaves',
    async () => {
      const one = await world.projector();
      await one.ready();
      const loaded = world.load(clientIds(600, 'rebalanced'));
      const other = await world.projector();
      await other.ready();
      const partitions = 'rollbook_projector_partitions{generation="1"}';
      await eventually('both have partitions', async () => {
        const own = [await one.metric(partitions), await other.metric(partitions)];
        return own.every((count) => (count ?? 0) > 0) && (own[0] ?? 0) + (own[1] ?? 0) === 3;
      });
      expect(await one.metric('rollbook_projector_rebalances_total{generation="1"}')).toBeGreaterThan(0);
      expect(await one.stop()).toBe(0);
      await loaded;
      expect(await world.differences()).toEqual(EQUAL(600));
      expect(await other.stop()).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    `kill -9 in the middle of batches, ${KILLS} times`,
    async () => {
      let clients = 600;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const projector = await world.projector();
        await projector.ready();
        // Behind by hundreds of events when it gets its partitions, and more coming while it is killed.
        const loading = world.load(clientIds(300, `killed-${kill}-`));
        clients += 300;
        await eventually('it is in the middle of it', async () => {
          return ((await projector.metric('rollbook_projector_events_total{generation="1"}')) ?? 0) > 50;
        });
        await delay(Math.random() * 60);
        await projector.kill();
        await loading;
      }
      const last = await world.projector();
      expect(await world.differences()).toEqual(EQUAL(clients));
      expect(await last.metric('rollbook_projector_missed_events_total{generation="1"}')).toBe(0);
      // What a killed one had not said, the next one says.
      await eventually('committed', async () => (await world.uncommitted(1)) === 0, 5000);
      expect(await last.stop()).toBe(0);
    },
    PATIENCE_MS,
  );
});

describeWithServers('design §8 · servers that go away', ['kafka', 'mongodb'], () => {
  let world: World;
  let kafka: OwnKafka;
  let proxy: TcpProxy;
  beforeAll(async () => {
    kafka = await startKafka();
    world = await World.open({ brokers: kafka.brokers });
    const { hostname, port } = new URL(world.mongodb.url);
    proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    await world.publish();
  });
  afterAll(async () => {
    await world.close();
    await proxy.stop();
    await kafka.stop();
  });
  /** A projector that reaches the database through the proxy. */
  const projectorBehindProxy = () => {
    const address = new URL(world.mongodb.url);
    address.host = `${proxy.host}:${proxy.port}`;
    address.pathname = `/${world.mongodb.database}`;
    return world.projector({ ROLLBOOK_MONGODB_URL: address.href });
  };

  test(
    'the database away: it waits, says so, stays alive, and goes on',
    async () => {
      const projector = await projectorBehindProxy();
      await projector.ready();
      await world.load(clientIds(50, 'before'));
      await world.caughtUp();
      proxy.cut();
      await world.load(clientIds(50, 'while-away'));
      await eventually('it says so', () =>
        projector.output().includes('the read model cannot be written for now'),
      );
      expect((await fetch(`${projector.url}/health/live`)).status).toBe(200);
      expect(await projector.metric('rollbook_projector_consumer_state{generation="1",state="paused"}')).toBe(
        1,
      );
      // Without a report of any projector the model counts as paused.
      await statusWhen(world.models, ({ state }) => state === 'paused');
      proxy.heal();
      expect(await world.differences()).toEqual(EQUAL(100));
      await statusWhen(world.models, ({ state }) => state === 'live');
      expect(await projector.stop()).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'a broker killed: another client takes the place of the one that failed, and it goes on',
    async () => {
      const [broker] = kafka.nodes;
      if (broker === undefined) throw new Error('no broker');
      const projector = await world.projector();
      await projector.ready();
      await broker.kill9();
      await world.load(clientIds(50, 'without-kafka'));
      await eventually('it says so', () => projector.output().includes('the Kafka client failed'), 60_000);
      expect((await fetch(`${projector.url}/health/live`)).status).toBe(200);
      await broker.restart();
      expect(await world.differences()).toEqual(EQUAL(150));
      expect(await projector.metric('rollbook_projector_restarts_total{generation="1"}')).toBeGreaterThan(0);
      expect(await projector.stop()).toBe(0);
    },
    PATIENCE_MS,
  );

  test(
    'a stop while nothing answers ends within 10 seconds',
    async () => {
      const projector = await projectorBehindProxy();
      await projector.ready();
      proxy.cut();
      await world.load(clientIds(20, 'at-the-end'));
      await eventually('it waits', () => / for now/.test(projector.output()));
      await kafka.nodes[0]?.kill9();
      const began = performance.now();
      await projector.stop();
      expect(performance.now() - began).toBeLessThan(11_000);
    },
    PATIENCE_MS,
  );
});
