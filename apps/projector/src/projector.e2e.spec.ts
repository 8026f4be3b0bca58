import { ensureTopics } from '@rollbook/event-relay';
import { describeWithServers } from '@rollbook-servers';
import { appendEvent, clientIds, statusWhen } from '@rollbook-testing/read-models';
import type { ProjectorProcess } from '../testing/projector-process.js';
import { eventually, World } from '../testing/world.js';

const counted = (name: string) => `rollbook_projector_${name}_total{generation="1"}`;

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
    expect(await projector.metric(counted('events'))).toBe(600);
  });

  test('design §7 · what the group has committed follows the model, also for partitions that have come to rest', () =>
    eventually('it has', async () => (await world.uncommitted(1)) === 0, 5000));

  test('the lag of each stage is shown', async () => {
    for (const stage of ['published', 'projected']) {
      for (const unit of ['events', 'seconds']) {
        expect(await projector.metric(`rollbook_stage_lag_${unit}{stage="${stage}"}`)).toBe(0);
      }
    }
    await world.stopPublishing();
    await world.load(['late'], 1);
    expect(await projector.metric('rollbook_stage_lag_events{stage="published"}')).toBe(2);
    expect(await projector.metric('rollbook_stage_lag_seconds{stage="published"}')).toBeGreaterThan(0);
  });

  test('design §8 · redelivery: the whole topic once more changes nothing', async () => {
    const records = await world.publishByHand((record) => record);
    // All but the two that a publisher has not published yet.
    await eventually('all are passed over', async () => {
      return (await projector.metric(counted('redelivered'))) === records.length - 2;
    });
    await world.publish();
    expect(await world.differences()).toEqual({ clients: 201, differences: [] });
    expect(await projector.metric(counted('missed_events'))).toBe(0);
  });

  test('records that are none of ours are counted, said and passed over', async () => {
    const { partitions } = world.topics;
    const foreign = { key: null, value: 'hello', headers: {} };
    await world.produce(Array.from({ length: partitions }, (_, partition) => ({ partition, ...foreign })));
    await world.load(['after-foreign']);
    expect(await world.differences()).toEqual({ clients: 202, differences: [] });
    expect(await projector.metric(counted('unreadable_records'))).toBe(partitions);
    expect(projector.output()).toContain('records on the topic of events are none of ours');
  });

  test('design §8 · a parked client: the others go on, a retry that cannot succeed parks it anew', async () => {
    await world.load(['parked'], 0);
    await appendEvent(world.log, 'parked', 2, 'ClientRegistered', { client_id: 'parked' });
    await appendEvent(world.log, 'parked', 3, 'ClientSuspended', { reason: 'later' });
    await world.load(['beside-parked']);
    await world.caughtUp();
    const [parked] = await world.models.parked();
    expect(parked).toMatchObject({ client_id: 'parked', firstVersion: 2, skippedEvents: 1 });
    expect(await projector.metric(counted('parked'))).toBe(1);
    expect(await projector.metric(counted('skipped'))).toBe(1);
    expect(projector.output()).toContain('its client is parked');
    expect(await world.models.retryParked('parked')).toBe(false);
    expect(await world.models.parked()).toMatchObject([{ client_id: 'parked', firstVersion: 2 }]);
  });

  test('a stop: the group is left at once, the process ends with status 0', async () => {
    const stopped = projector.stop();
    await world.load(clientIds(20, 'during-stop'));
    expect(await stopped).toBe(0);
    expect(await world.uncommitted(1)).toBe(0);
    const admin = world.kafka.admin();
    await admin.connect();
    const { groups } = await admin.describeGroups([world.groupOf(1)]);
    await admin.disconnect();
    expect(groups).toMatchObject([{ state: 'Empty', members: [] }]);
  });

  test('design §8 · group offsets that are gone skip nothing: it goes on at its own checkpoint', async () => {
    const admin = world.kafka.admin();
    await admin.connect();
    await admin.deleteGroups([world.groupOf(1)]);
    await admin.disconnect();
    projector = await world.projector();
    await world.load(clientIds(20, 'without-offsets'));
    const head = await world.log.head();
    await statusWhen(world.models, ({ position }) => position >= head);
    // Not from the beginning either.
    expect(await projector.metric(counted('redelivered'))).toBe(0);
    expect(await projector.metric(counted('missed_events'))).toBe(0);
  });

  test('design §3 · an event of a later release: its partition waits and says so, the others go on', async () => {
    await world.load(['future'], 0);
    await appendEvent(world.log, 'future', 2, 'ClientSuspended', { reason: 'x' }, 99);
    const [status] = await Promise.all([
      statusWhen(world.models, ({ state }) => state === 'paused'),
      world.load(clientIds(20, 'beside-future')),
    ]);
    expect(status.lastError).toContain('ClientSuspended');
    expect(await projector.metric('rollbook_projector_consumer_state{generation="1",state="paused"}')).toBe(
      1,
    );
    expect(projector.output()).toContain('paused before an event of a later release');
    const names = async () =>
      (await world.models.listClients({ limit: 100 })).items.map((one) => one.client_id);
    await eventually('clients of other partitions', async () =>
      (await names()).some((client_id) => client_id.startsWith('beside-future')),
    );
    expect((await fetch(`${projector.url}/health/live`)).status).toBe(200);
  });
});

describeWithServers('projector · a topic with gaps', ['kafka', 'mongodb'], () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  test('design §8 · events that are not on Kafka come from the log: counted, said', async () => {
    await ensureTopics(world.connection, world.topics);
    await world.load(clientIds(100));
    // Whole clients, single versions, and the beginning of each partition; not the end, which no event points at.
    const events = await world.events();
    const isMissing = (position: number) =>
      position < 20 || (position % 5 === 0 && position < events.length - 50);
    const missing = events.filter(({ position }) => isMissing(position)).length;
    await world.publishByHand((record, { position }) => (isMissing(position) ? null : record));
    const projector = await world.projector();
    await projector.ready();
    await eventually('everything is there', async () => {
      return (await projector.metric(counted('events'))) === events.length;
    });
    expect(await projector.metric(counted('missed_events'))).toBe(missing);
    expect(projector.output()).toContain('events were missing on Kafka and came from the log');
    await world.publish();
    expect(await world.differences()).toEqual({ clients: 100, differences: [] });
  });

  test('design §8 · a client that was parked by what Kafka had is mended by what the log has', async () => {
    await world.stopPublishing();
    await world.load(['garbled'], 2);
    const head = await world.log.head();
    let before = '';
    await world.publishByHand((record, { position, text }) => {
      const value = position === head - 1 ? before : text;
      before = text;
      return position <= head - 3 ? null : { ...record, value };
    });
    await eventually('it is parked', async () => (await world.models.parked()).length === 1);
    expect(await world.models.retryParked('garbled')).toBe(true);
    await world.publish();
    expect(await world.differences()).toEqual({ clients: 101, differences: [] });
  });

  test('topics that are not as configured: the process ends and says what is wrong', async () => {
    const projector = await world.projector({ ROLLBOOK_KAFKA_PARTITIONS: '4' });
    expect(await projector.ended).toBe(1);
    expect(projector.output()).toContain(`topic ${world.eventsTopic} has 3 partitions, not 4`);
  });
});
