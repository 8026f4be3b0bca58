import { setTimeout as delay } from 'node:timers/promises';
import { describeWithServers, kafkaForSuite, mongodbForSuite } from '@rollbook-servers';
import { type Distributed, startDistributed } from '../support/distributed/distributed.js';
import { followEvents } from '../support/event-stream.js';
import { call, caughtUp, register, type Registered } from '../support/staff.js';

// Several processes are one service: what one of them acknowledged, every other one knows.

describeWithServers('several processes behind one address', ['kafka', 'mongodb'], () => {
  let mongodb: Awaited<ReturnType<typeof mongodbForSuite>>;
  let kafka: Awaited<ReturnType<typeof kafkaForSuite>>;
  let system: Distributed;
  let projector: Awaited<ReturnType<Distributed['add']>>;
  beforeAll(async () => {
    [mongodb, kafka] = await Promise.all([mongodbForSuite(), kafkaForSuite()]);
    system = await startDistributed({
      mongodb,
      kafka,
      database: mongodb.database,
      topicPrefix: kafka.topicPrefix,
      projectors: 0,
      env: { ROLLBOOK_KAFKA_PARTITIONS: '3' },
      apiEnv: { ROLLBOOK_RATE_LIMIT_PER_MINUTE: '0' },
    });
  });
  afterAll(async () => {
    await system.stop();
    await Promise.all([mongodb.drop(), kafka.drop()]);
  });

  /** One process by itself, with the tokens of the service. */
  const node = (at: 0 | 1) => {
    const { url = '' } = system.apis[at] ?? {};
    return { url, adminToken: () => system.adminToken(), auditorToken: () => system.auditorToken() };
  };
  const read = (at: 0 | 1, client: Registered) =>
    call(node(at), 'GET', `/connect/register?client_id=${client.client_id}`, {
      token: client.registration_access_token,
    });
  const shown = async (at: 0 | 1, { client_id }: Registered) => {
    const answer = await call(node(at), 'GET', `/admin/clients/${client_id}`, { token: system.adminToken() });
    expect(answer.status).toBe(200);
    return answer.json as { position: number; publishedPosition: number; metadata: object };
  };
  const list = async () => {
    const { json } = await call(node(1), 'GET', '/admin/clients', { token: system.adminToken() });
    return json as {
      items: { client_id: string }[];
      readModel: { position: number; head: number; lagSeconds: number };
    };
  };

  test('design §2 · registered through one, read through another at once, personal members too', async () => {
    for (let n = 0; n < 10; n += 1) {
      const client = await register(node(0), { client_name: `N${n}`, contacts: [`n${n}@app.example`] });
      const { status, json } = await read(1, client);
      expect([status, json['client_name'], json['contacts']]).toEqual([200, `N${n}`, [`n${n}@app.example`]]);
    }
  });

  test('design §2 · a change through one is what another answers and changes next', async () => {
    const client = await register(node(0));
    for (let n = 0; n < 6; n += 1) {
      const at = n % 2 === 0 ? 1 : 0;
      const put = await call(node(at), 'PUT', `/connect/register?client_id=${client.client_id}`, {
        token: client.registration_access_token,
        body: {
          client_id: client.client_id,
          redirect_uris: ['https://app.example/cb'],
          client_name: `Change ${n}`,
          contacts: [`c${n}@app.example`],
        },
      });
      expect(put.status).toBe(200);
      const { json } = await read(at === 0 ? 1 : 0, client);
      expect([json['client_name'], json['contacts']]).toEqual([`Change ${n}`, [`c${n}@app.example`]]);
    }
  });

  test('design §2 · changes of one client through both at once all happen', async () => {
    const client = await register(node(0));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        call(node(n % 2 === 0 ? 0 : 1), 'POST', `/admin/clients/${client.client_id}/secret`, {
          token: system.adminToken(),
          body: {},
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    // Whoever was overtaken too often is asked to come again.
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    const at = `/audit/events?client_id=${client.client_id}&type=SecretRotated&limit=100`;
    const { items } = JSON.parse(await system.audit(at)) as { items: object[] };
    expect(items).toHaveLength(statuses.filter((status) => status === 200).length);
  });

  test('an operator sees when a change is published', async () => {
    const client = await register(node(0));
    const deadline = Date.now() + 20_000;
    let now = await shown(1, client);
    expect(now.position).toBeGreaterThan(0);
    while (now.publishedPosition < now.position && Date.now() < deadline) {
      await delay(10);
      now = await shown(1, client);
    }
    expect(now.publishedPosition).toBeGreaterThanOrEqual(now.position);
  });

  test('WHATWG HTML §9.2 · events resume on another process after the last one seen', async () => {
    const clients = [await register(node(0)), await register(node(1)), await register(node(0))];
    const { head } = JSON.parse(await system.audit('/audit/events?limit=1')) as { head: number };
    const first = await followEvents(node(0), `/audit/events/stream?after=${head - 3}`, 2);
    const last = String(first.at(1)?.id);
    const rest = await followEvents(
      node(1),
      '/audit/events/stream',
      2,
      { 'last-event-id': last },
      async () => {
        await register(node(0));
      },
    );
    expect([...first.slice(0, 2), ...rest.slice(0, 2)].map(({ id }) => id)).toEqual([
      head - 2,
      head - 1,
      head,
      head + 1,
    ]);
    const seen = [...first.slice(0, 2), ...rest].map(({ data }) => JSON.parse(data ?? '') as object);
    expect(seen.slice(0, 3)).toEqual(
      clients.map(({ client_id }) => expect.objectContaining({ streamId: `client-${client_id}` })),
    );
  });

  test('design §2 · lists say how far behind they are, and catch up once a projector is there', async () => {
    const { client_id } = await register(node(0));
    const before = await list();
    expect(before.items).toEqual([]);
    expect(before.readModel.position).toBe(0);
    expect(before.readModel.head).toBeGreaterThan(10);
    expect(before.readModel.lagSeconds).toBeGreaterThan(0);
    projector = await system.add('projector');
    await caughtUp(node(1), 30_000);
    const after = await list();
    expect(after.items.map((item) => item.client_id)).toContain(client_id);
    expect(after.readModel).toEqual({
      position: before.readModel.head,
      head: before.readModel.head,
      lagSeconds: 0,
    });
  });

  test('design §8 · a rolling restart under load loses nothing, and refuses with 503 and Retry-After only', async () => {
    const acknowledged: Registered[] = [];
    const refused: string[] = [];
    const load = { going: true };
    const caller = async () => {
      while (load.going) {
        const answer = await call(system, 'POST', '/connect/register', {
          body: { redirect_uris: ['https://app.example/cb'] },
          headers: { connection: 'close' },
        }).catch((error: unknown) => `no answer: ${String((error as Error).cause)}`);
        if (typeof answer === 'string') refused.push(answer);
        else if (answer.status === 201) acknowledged.push(answer.json as Registered);
        else if (!(answer.status === 503 && answer.headers.has('retry-after')))
          refused.push(`${answer.status} ${answer.text}`);
        await delay(5);
      }
    };
    const callers = Array.from({ length: 4 }, caller);
    for (const one of [...system.apis, projector]) {
      await delay(300);
      const before = acknowledged.length;
      await one.restart();
      // The others went on meanwhile.
      expect(acknowledged.length).toBeGreaterThan(before);
    }
    load.going = false;
    await Promise.all(callers);
    expect(refused).toEqual([]);
    const lines = (await system.audit('/audit/events.ndjson')).trimEnd().split('\n').slice(0, -1);
    const registered = new Map<string, number>();
    for (const line of lines) {
      const { type, streamId } = JSON.parse(line) as { type: string; streamId: string };
      if (type === 'ClientRegistered') registered.set(streamId, (registered.get(streamId) ?? 0) + 1);
    }
    for (const { client_id } of acknowledged) expect(registered.get(`client-${client_id}`)).toBe(1);
    expect(await read(0, acknowledged[0] as Registered)).toMatchObject({ status: 200 });
    await caughtUp(node(1), 30_000);
    expect(
      JSON.parse((await system.audit('/audit/replay')).trimEnd().split('\n').at(-1) ?? ''),
    ).toMatchObject({
      equal: true,
      events: lines.length,
    });
  });

  test('spec S10 · what the processes said holds no token, no contact, no connection string', () => {
    const said = system.output();
    for (const secret of [system.adminToken(), system.auditorToken(), '@app.example', 'mongodb://'])
      expect(said).not.toContain(secret);
  });
});
