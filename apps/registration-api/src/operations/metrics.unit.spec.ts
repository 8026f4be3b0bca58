import { LogUnavailable, memoryEventLog } from '@rollbook/event-log';
import { createRegistry } from '@rollbook/platform';
import type { ProjectionStatus, ReadModels } from '@rollbook/read-models';
import { appendRegistrations } from '@rollbook-testing/read-models';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { publishingIn } from '../../testing/publishing.js';
import { addAppendMetrics } from './append-metrics.js';
import { MetricsController } from './metrics.controller.js';

/** The lines of the page about the service itself, by name and labels. */
async function page(controller: MetricsController): Promise<Map<string, string>> {
  const text = await controller.page();
  const lines = text.split('\n').filter((line) => line.startsWith('rollbook_'));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), line.replace(/^.* /, '')]));
}

const modelsWith = (projections: ReadModels['projections']): ReadModels => {
  const models: Partial<ReadModels> = { projections };
  return models as ReadModels;
};

async function controllerOver(published: () => Promise<number>) {
  const log = memoryEventLog();
  await appendRegistrations(log, [{ client_id: 'a' }, { client_id: 'b' }, { client_id: 'c' }]);
  const clients = { name: 'clients', position: 1, parked: 4 } as ProjectionStatus;
  const readModels = modelsWith(async () => [clients]);
  const parts = partsInMemory({ log, readModels, publishing: publishingIn('publishing', published) });
  return new MetricsController(parts);
}

test('the lag of each stage: head, published, projected', async () => {
  const lines = await page(await controllerOver(async () => 2));
  expect(Object.fromEntries(lines)).toMatchObject({
    rollbook_log_head: '3',
    'rollbook_published_position{publisher="events"}': '2',
    'rollbook_published_lag_events{publisher="events"}': '1',
    'rollbook_projection_lag_events{projection="clients"}': '2',
    'rollbook_projection_parked{projection="clients"}': '4',
    rollbook_storage_up: '1',
  });
  expect(Number(lines.get('rollbook_published_lag_seconds{publisher="events"}'))).toBeGreaterThan(0);
});

test('design §7 · what the publisher of this process does and has done', async () => {
  expect(Object.fromEntries(await page(await controllerOver(async () => 3)))).toMatchObject({
    'rollbook_publisher_state{publisher="events",state="publishing"}': '1',
    'rollbook_publisher_state{publisher="events",state="standby"}': '0',
    'rollbook_publisher_batches_total{publisher="events"}': '2',
    'rollbook_publisher_events_total{publisher="events"}': '30',
    'rollbook_publisher_resends_total{publisher="events"}': '1',
    'rollbook_published_lag_seconds{publisher="events"}': '0',
  });
});

test('design §8 · an outage of the database hides what is read from it, and nothing else', async () => {
  let isUp = true;
  const published = () =>
    isUp ? Promise.resolve(3) : Promise.reject(new LogUnavailable('storage', 'no server'));
  const controller = await controllerOver(published);
  expect((await page(controller)).get('rollbook_log_head')).toBe('3');
  isUp = false;
  const lines = await page(controller);
  expect(lines.get('rollbook_storage_up')).toBe('0');
  expect(lines.get('rollbook_publisher_state{publisher="events",state="publishing"}')).toBe('1');
  const left = [...lines.keys()].filter((name) => /_lag_|_head|_position|_parked/.test(name));
  expect(left).toEqual([]);
  isUp = true;
  expect((await page(controller)).get('rollbook_storage_up')).toBe('1');
});

test('a defect is not taken for an outage', async () => {
  const controller = await controllerOver(async () => 3);
  const parts = partsInMemory({
    log: memoryEventLog(),
    readModels: modelsWith(() => Promise.reject(new TypeError('defect'))),
  });
  await expect(page(new MetricsController(parts))).rejects.toThrow(TypeError);
  expect((await page(controller)).get('rollbook_storage_up')).toBe('1');
});

test('design §4 · what the log counts', async () => {
  const registry = createRegistry();
  let renumbered = 1;
  addAppendMetrics(registry, () => ({ renumbered, batches: 5, commands: 9, largestBatch: 3 }));
  expect(await registry.metrics()).toContain('rollbook_append_renumbered_total 1\n');
  renumbered = 4;
  const text = await registry.metrics();
  expect(text).toContain('rollbook_append_renumbered_total 4\n');
  expect(text).toContain('rollbook_append_batches_total 5\n');
  expect(text).toContain('rollbook_append_commands_total 9\n');
});
