import { expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { newestPublishedPosition } from '@rollbook/event-relay';
import { describeWithServers } from '@rollbook-servers';
import { type Distributed, startDistributed } from '../support/distributed/distributed.js';

jest.setTimeout(300_000);
const WITHIN_MS = 60_000;

type Registered = { client_id: string; registration_access_token: string; registration_client_uri: string };

const register = (service: Distributed, client_name: string): Promise<Response> =>
  fetch(`${service.url}/connect/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name, redirect_uris: ['https://client.example/cb'] }),
  });

const registered = async (service: Distributed, name: string): Promise<Registered> => {
  const response = await register(service, name);
  expect(response.status).toBe(201);
  return (await response.json()) as Registered;
};

const readOwn = ({ registration_client_uri, registration_access_token }: Registered): Promise<Response> =>
  fetch(registration_client_uri, { headers: { authorization: `Bearer ${registration_access_token}` } });

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + WITHIN_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await sleep(50);
  }
};

/** The operator's command, with the variables of a projector. */
function runRecover(service: Distributed): Promise<{ status: number | null; said: string; errors: string }> {
  const child = spawn(process.execPath, ['dist/apps/registration-api/src/main.js', 'recover'], {
    env: {
      PATH: process.env['PATH'],
      ROLLBOOK_MONGODB_URL: service.mongodbUrl,
      ROLLBOOK_KAFKA_BROKERS: service.brokers.join(','),
      ROLLBOOK_KAFKA_TOPIC_PREFIX: service.topicPrefix,
    },
  });
  let said = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, said, errors })));
}

describeWithServers('database restored to an earlier state', ['kafka', 'mongodb'], () => {
  test('design §8 · registrations are 503 until recover has brought back from Kafka what was lost', async () => {
    const service = await startDistributed({ apis: 1, projectors: 0 });
    try {
      const { mongodb, brokers, topicPrefix } = service;
      if (mongodb === null) throw new Error('this needs a database of its own');
      const connection = { brokers, tls: false, sasl: null, clientId: 'test' };
      const kept = await registered(service, 'kept');
      const snapshot = await mongodb.snapshot();
      const lost: Registered[] = [];
      for (let i = 0; i < 5; i++) lost.push(await registered(service, `lost ${i}`));
      await until('all of it is on Kafka', async () => {
        const position = await newestPublishedPosition(connection, { prefix: topicPrefix });
        return position >= 6;
      });
      const before = await service.audit('/audit/events');

      await mongodb.restore(snapshot);
      await until(
        'registrations are refused',
        async () => (await register(service, 'refused')).status === 503,
      );
      const ready = await fetch(`${service.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain('restored to an earlier state');
      expect((await readOwn(kept)).status).toBe(200);
      for (const client of lost) expect((await readOwn(client)).status).not.toBe(401);

      const { status, said, errors } = await runRecover(service);
      expect({ status, errors }).toMatchObject({ status: 0 });
      expect(said).toBe(
        '5 events imported from Kafka, 1 were there and are equal; the log ends at position 6\n',
      );

      await until('registrations are accepted', async () => (await register(service, 'new')).status === 201);
      for (const client of [kept, ...lost]) expect((await readOwn(client)).status).toBe(200);
      const after = await service.audit('/audit/events');
      const itemsOf = (page: string) => (JSON.parse(page) as { items: unknown[] }).items;
      expect(itemsOf(after).slice(0, 6)).toEqual(itemsOf(before));

      expect(await runRecover(service)).toMatchObject({ status: 0 });
    } finally {
      await service.stop();
    }
  });

  test('design §12 · recover says what is wrong with its variables, and takes no other argument', async () => {
    const run = (args: string[]) =>
      new Promise<{ status: number | null; errors: string }>((resolve) => {
        const child = spawn(process.execPath, ['dist/apps/registration-api/src/main.js', ...args], {
          env: { PATH: process.env['PATH'] },
        });
        let errors = '';
        child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
        child.once('close', (status) => resolve({ status, errors }));
      });
    expect(await run(['repair'])).toEqual({
      status: 2,
      errors: 'Rollbook takes no arguments but recover; everything else is ROLLBOOK_… variables.\n',
    });
    const { status, errors } = await run(['recover']);
    expect(status).toBe(1);
    expect(errors).toContain('ROLLBOOK_MONGODB_URL: expected a value');
    expect(errors).toContain('ROLLBOOK_KAFKA_BROKERS: expected a value');
  });
});
