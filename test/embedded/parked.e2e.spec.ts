import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type RunningService, startService } from '../support/service.js';
import { call, caughtUp, register } from '../support/staff.js';

// A client whose event the read model could not apply, from its parking to its retry, as an operator meets it.

let directory: string;
let service: RunningService;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'rollbook-parked-'));
});
afterAll(async () => {
  await service.kill();
  rmSync(directory, { recursive: true, force: true });
});

const admin = (method: string, at: string, body?: unknown) =>
  call(service, method, at, { token: service.adminToken(), body });
const projection = async () => {
  await caughtUp(service);
  return ((await admin('GET', '/admin/projections')).json['items'] as object[])[0];
};
const listedAs = async (status: string) =>
  ((await admin('GET', `/admin/clients?status=${status}`)).json['items'] as { client_id: string }[]).map(
    ({ client_id }) => client_id,
  );
const replayed = async () =>
  JSON.parse((await service.audit('/audit/replay')).trimEnd().split('\n').at(-1) ?? '') as object;

/** As an earlier release would have left it, which could not apply the client's next event. */
function park(client_id: string): void {
  const models = new Database(path.join(directory, 'models.sqlite'));
  models.prepare("INSERT INTO parked_1 VALUES (?, 'a defect that is mended now', 2, 2, 0)").run(client_id);
  models.close();
}

test('design §8 · parked: later events are skipped and counted, other clients go on; a retry repairs from the log', async () => {
  service = await startService({ directory });
  const { client_id: parked } = await register(service);
  const { client_id: other } = await register(service);
  await caughtUp(service);
  await service.stop();
  park(parked);

  service = await startService({ directory });
  for (const id of [parked, other]) {
    expect((await admin('POST', `/admin/clients/${id}/suspend`, { reason: 'x' })).status).toBe(200);
  }
  expect(await projection()).toMatchObject({ state: 'live', parked: 1, skippedEvents: 1 });
  expect([await listedAs('active'), await listedAs('suspended')]).toEqual([[parked], [other]]);
  // What concerns one client folds its stream, and so is right all the same.
  expect((await admin('GET', `/admin/clients/${parked}`)).json).toMatchObject({ status: 'suspended' });
  expect((await admin('GET', '/admin/projections/clients/parked')).json['items']).toEqual([
    expect.objectContaining({ client_id: parked, reason: 'a defect that is mended now', firstVersion: 2 }),
  ]);
  expect((await call(service, 'GET', '/metrics')).text).toContain(
    'rollbook_projection_parked{projection="clients"} 1',
  );
  expect(await replayed()).toMatchObject({ equal: false, differing: 1 });

  const retry = (id: string) => admin('POST', `/admin/projections/clients/parked/${id}/retry`);
  expect((await retry(other)).status).toBe(404);
  expect((await retry(parked)).json).toEqual({ client_id: parked, applied: true });
  expect((await retry(parked)).status).toBe(404);
  expect(await projection()).toMatchObject({ state: 'live', parked: 0 });
  expect((await listedAs('suspended')).sort()).toEqual([parked, other].sort());
  expect(await replayed()).toMatchObject({ equal: true });
});
