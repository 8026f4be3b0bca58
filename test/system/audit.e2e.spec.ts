import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { followEvents } from '../support/event-stream.js';
import { everySystem, type RunningSystem } from '../support/systems.js';
import { call, type Call, register, type Registered } from '../support/staff.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  let first: Registered;
  /** Positions 1…6: a client that is registered, updated, suspended, reinstated, rotated; then another. */
  beforeAll(async () => {
    service = await startSystem();
    first = await register(service, { client_name: 'Before', contacts: ['first@app.example'] });
    const put = await call(service, 'PUT', `/connect/register?client_id=${first.client_id}`, {
      token: first.registration_access_token,
      headers: { 'user-agent': 'updater/1' },
      body: {
        client_id: first.client_id,
        redirect_uris: ['https://app.example/cb'],
        client_name: 'After',
        contacts: ['second@app.example'],
      },
    });
    expect(put.status).toBe(200);
    for (const action of ['suspend', 'reinstate'])
      await admin('POST', `/admin/clients/${first.client_id}/${action}`, {
        body: { reason: `to ${action}` },
      });
    await admin('POST', `/admin/clients/${first.client_id}/secret`, { body: { overlapSeconds: 0 } });
    await register(service, { client_name: 'Ünïcode €' });
  });
  afterAll(() => service.stop());

  const admin = (method: string, at: string, sent: Call = {}) =>
    call(service, method, at, { token: service.adminToken(), ...sent });
  const audit = (at: string, sent: Call = {}) =>
    call(service, 'GET', at, { token: service.auditorToken(), ...sent });
  type Item = { position: number; type: string; streamId: string; recordedAt: string };
  const items = async (query: string) => {
    const { status, json } = await audit(`/audit/events?${query}`);
    expect(status).toBe(200);
    return json as { items: Item[]; next: number | null; head: number };
  };
  const positions = async (query: string) => (await items(query)).items.map(({ position }) => position);

  const PATHS = [
    '/audit/events',
    '/audit/events.ndjson',
    '/audit/events/stream',
    '/audit/replay',
    `/audit/clients/${'A'.repeat(22)}`,
    `/audit/clients/${'A'.repeat(22)}/history`,
  ];
  describe('audit · who may', () => {
    test.each(PATHS)('%s: an admin token is a wrong token', async (at) => {
      const none = await call(service, 'GET', at);
      const wrong = await call(service, 'GET', at, { token: 'wrong' });
      const operator = await admin('GET', at);
      expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="rollbook"']);
      expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="rollbook", error="invalid_token"',
      ]);
      expect([operator.status, operator.text]).toEqual([wrong.status, wrong.text]);
    });

    test.each(PATHS)('auditors only read: POST %s is 405', async (at) => {
      const { status, headers } = await call(service, 'POST', at, { token: service.auditorToken() });
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    });

    test.each(PATHS.slice(0, 4))('HEAD %s ends, without a body', async (at) => {
      const { status, headers, text } = await call(service, 'HEAD', at, { token: service.auditorToken() });
      expect([status, text, headers.get('cache-control')]).toEqual([200, '', 'no-store']);
    });
  });

  describe('audit · events', () => {
    test('a page holds the stored octets with the position in front', async () => {
      const lines = (await audit('/audit/events.ndjson')).text.split('\n');
      const { text, json } = await audit('/audit/events');
      const spliced = lines.slice(0, 6).map((line, at) => `{"position":${at + 1},${line.slice(1)}`);
      expect(text).toBe(`{"items":[${spliced.join(',')}],"next":null,"head":6}`);
      expect(json['head']).toBe(6);
    });

    test.each([
      ['limit', 'limit=2', [1, 2]],
      ['cursor', 'limit=2&after=2', [3, 4]],
      ['range', 'from=2&to=3', [2, 3]],
      ['an empty range', 'from=4&to=3', []],
      ['behind the end', 'after=99', []],
      ['type', 'type=ClientRegistered', [1, 6]],
      ['actor', 'actorKind=operator', [3, 4, 5]],
      ['anonymous', 'actorKind=anonymous', [1, 6]],
      ['type and actor', 'type=ClientUpdated&actorKind=client', [2]],
      ['an unknown client', `client_id=${'A'.repeat(22)}`, []],
      ['a time to come', 'since=2999-01-01T00:00:00Z', []],
      ['a time past', 'until=1999-01-01T00:00:00%2B01:00', []],
      ['all time', 'since=1999-01-01T00:00:00Z&until=2999-01-01T00:00:00Z', [1, 2, 3, 4, 5, 6]],
    ])('filter · %s', async (_name, query, wanted) => {
      expect(await positions(query)).toEqual(wanted);
    });

    test('filter · a client', async () => {
      expect(await positions(`client_id=${first.client_id}`)).toEqual([1, 2, 3, 4, 5]);
      expect(await items(`client_id=${first.client_id}&limit=2&after=1`)).toMatchObject({ next: 3 });
    });

    test('pages follow each other without gap or repeat', async () => {
      const seen: number[] = [];
      let after: number | null = 0;
      while (after !== null) {
        const page: Awaited<ReturnType<typeof items>> = await items(`limit=4&after=${after}`);
        seen.push(...page.items.map(({ position }) => position));
        after = page.next;
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    });

    test.each([
      'limit=1001',
      'limit=0',
      'after=-1',
      'after=x',
      'from=1.5',
      'type=Nothing',
      'actorKind=robot',
      'since=yesterday',
      'since=2026-01-01T00:00:00+01:00',
      'limit=1&limit=2',
      'order=asc',
    ])('refused · %s', async (query) => {
      const { status, json } = await audit(`/audit/events?${query}`);
      expect([status, json['error'], (json['violations'] as unknown[]).length]).toEqual([
        400,
        'invalid_request',
        1,
      ]);
    });
  });

  describe('audit · export', () => {
    test.each([
      ['', 1, 6],
      ['?from=2', 2, 6],
      ['?from=2&to=4', 2, 4],
      ['?to=999', 1, 6],
      ['?from=7', 7, 6],
    ])('events.ndjson%s', async (query, from, to) => {
      const { status, headers, text } = await audit(`/audit/events.ndjson${query}`);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
      const lines = text.split('\n');
      expect(lines.pop()).toBe('');
      const last = lines.pop() ?? '';
      const sha256 = createHash('sha256')
        .update(lines.map((line) => `${line}\n`).join(''))
        .digest('hex');
      expect(JSON.parse(last)).toEqual({ export: { from, to, count: to - from + 1, sha256 } });
      expect(lines).toHaveLength(to - from + 1);
    });

    test('shows no personal data in clear', async () => {
      expect((await audit('/audit/events.ndjson')).text).not.toMatch(/@app\.example|127\.0\.0\.1|updater\/1/);
    });
  });

  const follow = (
    at: string,
    wanted: number,
    headers: Record<string, string> = {},
    during?: () => Promise<void>,
  ) => followEvents(service, at, wanted, headers, during);

  describe('WHATWG HTML §9.2 · events as they come', () => {
    test('the past, octet for octet', async () => {
      const lines = (await audit('/audit/events.ndjson')).text.split('\n').slice(0, 6);
      const seen = await follow('/audit/events/stream', 6);
      expect(seen.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(seen.map(({ data }) => data)).toEqual(lines);
      expect(seen[2]?.event).toBe('ClientSuspended');
    });

    test('Last-Event-ID goes before after', async () => {
      expect(
        (await follow('/audit/events/stream?after=1', 1, { 'last-event-id': '5' })).map(({ id }) => id),
      ).toEqual([6]);
      expect((await follow('/audit/events/stream?after=4', 2)).map(({ id }) => id)).toEqual([5, 6]);
    });

    test('what comes meanwhile arrives', async () => {
      const { head } = await items('limit=1');
      const seen = await follow(`/audit/events/stream?after=${head}`, 2, {}, async () => {
        await delay(50);
        await register(service);
        await register(service);
      });
      expect(seen.map(({ id, event }) => [id, event])).toEqual([
        [head + 1, 'ClientRegistered'],
        [head + 2, 'ClientRegistered'],
      ]);
    });

    test.each([
      ['a position that is none', '', { 'last-event-id': 'x' }, 400],
      ['a position beyond the head', '', { 'last-event-id': '99999' }, 409],
      ['after beyond the head', '?after=99999', {}, 409],
      ['after that is none', '?after=-1', {}, 400],
    ])('refused · %s', async (_name, query, headers, status) => {
      expect((await audit(`/audit/events/stream${query}`, { headers })).status).toBe(status);
    });
  });

  describe('audit · one client', () => {
    type Entry = {
      position: number;
      type: string;
      reason: string | null;
      recordedAt: string;
      origin: { userAgent: string | null };
      changes: { member: string; before: unknown; after: unknown }[];
    };
    const history = async (query = '') => {
      const { status, json } = await audit(`/audit/clients/${first.client_id}/history${query}`);
      expect(status).toBe(200);
      return json as { items: Entry[]; next: number | null };
    };

    test('S13 · history: before and after, contacts in clear, who and why', async () => {
      const { items: entries, next } = await history();
      expect([entries.length, next]).toEqual([5, null]);
      expect(entries[1]).toMatchObject({
        type: 'ClientUpdated',
        actor: { kind: 'client', ref: first.client_id },
        origin: { userAgent: 'updater/1' },
        changes: expect.arrayContaining([
          { member: 'client_name', before: 'Before', after: 'After' },
          {
            member: 'contacts',
            before: ['first@app.example'],
            after: ['second@app.example'],
            personal: true,
          },
        ]) as unknown,
      });
      expect(entries[2]).toMatchObject({
        type: 'ClientSuspended',
        reason: 'to suspend',
        actor: { kind: 'operator', ref: 'admin' },
        changes: [{ member: 'status', before: 'active', after: 'suspended' }],
      });
      expect(JSON.stringify(entries)).not.toMatch(/digest/);
    });

    test('history in pages', async () => {
      const page = await history('?limit=2&after=1');
      expect([page.items.map(({ position }) => position), page.next]).toEqual([[2, 3], 3]);
    });

    test('as of a position and of a time', async () => {
      const at = async (moment: string) =>
        (await audit(`/audit/clients/${first.client_id}?at=${encodeURIComponent(moment)}`)).json;
      expect(await at('1')).toMatchObject({
        position: 1,
        status: 'active',
        metadata: { client_name: 'Before', contacts: ['first@app.example'] },
      });
      expect(await at('3')).toMatchObject({
        position: 3,
        status: 'suspended',
        metadata: { client_name: 'After' },
      });
      const [, , suspended] = (await history()).items;
      expect(await at(suspended?.recordedAt ?? '')).toMatchObject({ status: 'suspended' });
      expect(await at('2999-01-01T00:00:00Z')).toMatchObject({ position: 5 });
      expect((await audit(`/audit/clients/${first.client_id}`)).json).toMatchObject({ position: 5 });
    });

    test.each([
      ['before it was registered', '?at=0', 404],
      ['a time before it was registered', '?at=2001-01-01T00:00:00Z', 404],
      ['no moment', '?at=soon', 400],
      ['a moment twice', '?at=1&at=2', 400],
      ['an unknown parameter', '?as=1', 400],
    ])('as of · %s', async (_name, query, status) => {
      expect((await audit(`/audit/clients/${first.client_id}${query}`)).status).toBe(status);
    });

    test('an unknown client is 404', async () => {
      for (const at of PATHS.slice(4)) expect((await audit(at)).status).toBe(404);
    });
  });

  describe('audit · replay', () => {
    test('ends with a report: equal to the read model', async () => {
      const { status, headers, text } = await audit('/audit/replay');
      expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
      const { head } = await items('limit=1');
      expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
        position: head,
        events: head,
        equal: true,
        differing: 0,
      });
    });

    test('one at a time in each process', async () => {
      // A replay of so short a log can be over before the next request is read: then they are asked again.
      const statuses: number[] = [];
      for (let round = 0; round < 20 && !statuses.includes(409); round++) {
        const asked = Array.from({ length: service.processes.length + 2 }, () => audit('/audit/replay'));
        const answered = (await Promise.all(asked)).map(({ status }) => status);
        expect(answered).toContain(200);
        statuses.push(...answered);
      }
      expect([...new Set(statuses)].sort()).toEqual([200, 409]);
      expect((await audit('/audit/replay')).status).toBe(200);
    });
  });

  test('a graceful stop ends open streams in time, and cleanly', async () => {
    const other = await startSystem();
    const response = await fetch(`${other.url}/audit/events/stream`, {
      headers: { authorization: `Bearer ${other.auditorToken()}` },
    });
    const text = response.text();
    await delay(100);
    const start = Date.now();
    expect(await other.stop()).toBe(0);
    expect(Date.now() - start).toBeLessThan(5_000);
    expect(await text).toBe('retry: 2000\n: after 0\n\n');
  });

  test('S10 · what was written to the log holds no token and no contact', () => {
    for (const secret of [service.auditorToken(), '@app.example', 'updater/1', 'to suspend'])
      expect(service.output()).not.toContain(secret);
  });
});
