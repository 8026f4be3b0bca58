import { systemClock, createRegistry, silentLogger } from '@rollbook/platform';
import { describeWithServers } from '@rollbook-servers';
import { clientIds, statusWhen } from '@rollbook-testing/read-models';
import { BatchCounters } from './operations/batch-counters.js';
import { Projector } from './projector.js';
import { eventually, World } from '../testing/world.js';

/** What takes a minute each in service. */
const PACE = { pollMs: 50, retiredMs: 500, droppingMs: 500 };

describeWithServers('design §8 · a rebuild while everything serves', ['kafka', 'mongodb'], () => {
  let world: World;
  const projectors: Projector[] = [];

  const start = (instance: string): Projector => {
    const projector = new Projector({
      mongodb: world.mongodb,
      connection: world.connection,
      topics: world.topics,
      instance,
      logger: silentLogger(),
      counters: new BatchCounters(createRegistry()),
      clock: systemClock,
      onRefused: (mistakes) => expect(mistakes).toEqual([]),
      pace: PACE,
    });
    projectors.push(projector);
    return projector;
  };
  const followed = (projector: Projector) =>
    projector.status().map(({ generation: { generation, state } }) => `${generation} ${state}`);

  beforeAll(async () => {
    world = await World.open();
    await world.publish();
  });
  afterAll(async () => {
    await Promise.all(projectors.map((projector) => projector.close()));
    await world.close();
  });

  test('a group of its own from the beginning, compared, switched; the old one kept up, then dropped with its group', async () => {
    const [one, other] = [start('one'), start('other')];
    await world.load(clientIds(150));
    await world.caughtUp();
    expect([followed(one), followed(other)]).toEqual([['1 live'], ['1 live']]);

    await world.models.rebuild('clients');
    const serving: number[] = [];
    const progress: { state: string; position: number; head: number }[] = [];
    const [rebuilt] = await Promise.all([
      statusWhen(world.models, ({ modelVersion, rebuild }) => {
        if (rebuild !== null) progress.push(rebuild);
        return modelVersion === 2 && rebuild === null;
      }),
      world.load(clientIds(100, 'meanwhile')),
      eventually('both follow both', () => {
        void world.models.listClients({ limit: 1 }).then(({ items }) => serving.push(items.length));
        return [one, other].every((projector) => projector.status().length === 2);
      }),
    ]);
    expect(rebuilt.rebuilt).toMatchObject({ reason: 'asked for', differences: 0 });
    expect(new Set(serving)).toEqual(new Set([1]));
    // As an operator sees it: how far of how much, and what is done now.
    expect(progress[0]).toMatchObject({ state: 'folding', reason: 'asked for', error: null });
    expect(progress[0]?.head).toBeGreaterThanOrEqual(150);
    const positions = progress.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(positions.at(-1)).toBeGreaterThan(0);
    expect(await world.differences()).toEqual({ clients: 250, differences: [] });

    await eventually('the old one is not followed any more', () =>
      [one, other].every((projector) => followed(projector).join() === '2 live'),
    );
    const admin = world.kafka.admin();
    await admin.connect();
    await eventually('its group is deleted', async () => {
      const { groups } = await admin.listGroups();
      return !groups.some(({ groupId }) => groupId === world.groupOf(1));
    });
    const { groups } = await admin.listGroups();
    expect(groups.map(({ groupId }) => groupId)).toContain(world.groupOf(2));
    await admin.disconnect();
    await world.load(clientIds(20, 'afterwards'));
    expect(await world.differences()).toEqual({ clients: 270, differences: [] });
    expect([one.notLiving(), other.notLiving(), one.notReady(), other.notReady()]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
