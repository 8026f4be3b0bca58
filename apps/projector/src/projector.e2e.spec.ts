import { describeWithServers } from '@rollbook-servers';
import { clientIds } from '@rollbook-testing/read-models';
import type { ProjectorProcess } from '../testing/projector-process.js';
import { eventually, World } from '../testing/world.js';

describeWithServers('projector', ['kafka', 'mongodb'], () => {
  let world: World;
  let projector: ProjectorProcess;

  beforeAll(async () => {
    world = await World.open();
    projector = await world.projector();
  });
  afterAll(() => world.close());

  test('topics that do not exist yet are waited for, and that is said', async () => {
    await eventually('it waits', () => projector.output().includes('waiting for the topics'));
    await eventually('it listens', () => projector.output().includes('listening on'));
    expect((await fetch(`${projector.url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${projector.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('waiting for the topics');
  });

  test('design §7 · from the log through Kafka into the read model, equal to a fresh fold', async () => {
    await world.publish();
    await projector.ready();
    await world.load(clientIds(200));
    expect(await world.differences()).toEqual({ clients: 200, differences: [] });
    const page = await world.models.listClients({ limit: 1 });
    expect(page.items[0]?.metadata['client_name']).toBe('Name 2');
  });
});
