import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';
import { type Distributed, startDistributed } from '../support/distributed/distributed.js';
import { call, caughtUp, register } from '../support/staff.js';

// A client whose event the projectors could not apply, from its parking to its retry, as an operator meets it.

const REPORTED_WITHIN_MS = 15_000;

describeWithServers('a parked client of the distributed service', ['kafka', 'mongodb'], () => {
  let mongodb: Awaited<ReturnType<typeof mongodbForSuite>>;
  let kafka: Awaited<ReturnType<typeof kafkaForSuite>>;
  let service: Distributed;
  beforeAll(async () => {
    [mongodb, kafka] = await Promise.all([mongodbForSuite(), kafkaForSuite()]);
    service = await startDistributed({
      mongodb,
      kafka,
      database: mongodb.database,
      topicPrefix: kafka.topicPrefix,
      apis: 1,
      projectors: 1,
      env: { ROLLBOOK_KAFKA_PARTITIONS: '2' },
    });
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all([mongodb.drop(), kafka.drop()]);
  });

  const admin = (method: string, at: string, body?: unknown) =>
    call(service, method, at, { token: service.adminToken(), body });
  /** Once it has caught up; projectors report now and then, so what one waited for a moment ago may still stand there. */
  const projection = async () => {
    await caughtUp(service, 30_000);
    for (const deadline = Date.now() + REPORTED_WITHIN_MS; ;) {
      const items = (await admin('GET', '/admin/projections')).json['items'] as { state: string }[];
      if (items[0]?.state === 'live' || Date.now() > deadline) return items[0];
      await delay(50);
    }
  };
  const listedAs = async (status: string) =>
    ((await admin('GET', `/admin/clients?status=${status}`)).json['items'] as { client_id: string }[]).map(
      ({ client_id }) => client_id,
    );
  const replayed = async () =>
    JSON.parse((await service.audit('/audit/replay')).trimEnd().split('\n').at(-1) ?? '') as object;
  const rollbook = (...args: string[]) =>
    new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args], {
        env: {
          PATH: process.env['PATH'],
          ROLLBOOK_URL: service.url,
          ROLLBOOK_TOKEN_FILE: service.secrets.adminTokensFile,
        },
      });
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
      child.once('close', (status) => resolve({ status, ...said }));
    });

  /** As an earlier release would have left it, which could not apply the client's next event. */
  async function park(client_id: string, position: number): Promise<void> {
    const client = await MongoClient.connect(mongodb.url);
    try {
      await client
        .db(mongodb.database)
        .collection<{ _id: string }>('parked_1')
        .insertOne({
          _id: client_id,
          reason: 'a defect that is mended now',
          firstVersion: 2,
          position,
          skippedEvents: 0,
          skippedTo: position,
        } as { _id: string });
    } finally {
      await client.close();
    }
  }

  test('design §8 · parked: later events are skipped and counted, other clients go on; a retry repairs from the log', async () => {
    const { client_id: parked } = await register(service);
    const { client_id: other } = await register(service);
    await projection();
    await park(parked, 2);
    for (const id of [parked, other])
      expect((await admin('POST', `/admin/clients/${id}/suspend`, { reason: 'x' })).status).toBe(200);
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

    const listed = await rollbook('parked', 'list');
    expect([listed.status, listed.stdout]).toEqual([0, expect.stringContaining(parked)]);
    expect(await rollbook('parked', 'retry', other)).toMatchObject({ status: 1 });
    expect(await rollbook('parked', 'retry', parked)).toMatchObject({
      status: 0,
      stdout: `${parked}: applied\n`,
    });
    expect((await admin('POST', `/admin/projections/clients/parked/${parked}/retry`)).status).toBe(404);

    expect((await admin('POST', `/admin/clients/${parked}/reinstate`, { reason: 'y' })).status).toBe(200);
    expect(await projection()).toMatchObject({ state: 'live', parked: 0 });
    expect([await listedAs('active'), await listedAs('suspended')]).toEqual([[parked], [other]]);
    expect(await replayed()).toMatchObject({ equal: true });
  });
});
