import { everySystem, type RunningSystem } from '../support/systems.js';
import { call, type Call, caughtUp, register, type Registered } from '../support/staff.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem();
  });
  afterAll(() => service.stop());

  const admin = (method: string, at: string, sent: Call = {}) =>
    call(service, method, at, { token: service.adminToken(), ...sent });
  const asClient = (method: string, { client_id, registration_access_token }: Registered, body?: unknown) =>
    call(service, method, `/connect/register?client_id=${client_id}`, {
      token: registration_access_token,
      ...(body === undefined ? {} : { body }),
    });
  const of = ({ client_id }: Registered, action = '') => `/admin/clients/${client_id}${action}`;
  const UNKNOWN = 'A'.repeat(22);

  describe('admin · who may', () => {
    const ROUTES: [string, string][] = [
      ['GET', '/admin/clients'],
      ['GET', `/admin/clients/${UNKNOWN}`],
      ['DELETE', `/admin/clients/${UNKNOWN}`],
      ['POST', `/admin/clients/${UNKNOWN}/suspend`],
      ['POST', `/admin/clients/${UNKNOWN}/reinstate`],
      ['POST', `/admin/clients/${UNKNOWN}/secret`],
      ['POST', `/admin/clients/${UNKNOWN}/registration-access-token`],
      ['GET', '/admin/statistics'],
      ['GET', '/admin/projections'],
      ['POST', '/admin/projections/clients/rebuild'],
      ['GET', '/admin/projections/clients/parked'],
      ['POST', `/admin/projections/clients/parked/${UNKNOWN}/retry`],
    ];
    test.each(ROUTES)('RFC 6750 §3.1 · %s %s: a missing token has a bare challenge', async (method, at) => {
      const { status, headers, json } = await call(service, method, at);
      expect([status, headers.get('www-authenticate'), json['error']]).toEqual([
        401,
        'Bearer realm="rollbook"',
        'invalid_token',
      ]);
      expect(headers.get('cache-control')).toBe('no-store');
    });

    test.each(ROUTES)('%s %s: a wrong token and an auditor’s are refused alike', async (method, at) => {
      const wrong = await call(service, method, at, { token: 'x'.repeat(43) });
      const auditor = await call(service, method, at, { token: service.auditorToken() });
      expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="rollbook", error="invalid_token"',
      ]);
      expect([auditor.status, auditor.text, auditor.headers.get('www-authenticate')]).toEqual([
        wrong.status,
        wrong.text,
        wrong.headers.get('www-authenticate'),
      ]);
    });

    test('S11 · no CORS', async () => {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
      for (const method of ['OPTIONS', 'GET']) {
        const answer = await admin(method, '/admin/clients', { headers });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    });

    test.each([
      ['PUT', '/admin/clients', 'GET, HEAD, OPTIONS'],
      ['PATCH', `/admin/clients/${UNKNOWN}`, 'DELETE, GET, HEAD, OPTIONS'],
      ['GET', `/admin/clients/${UNKNOWN}/suspend`, 'OPTIONS, POST'],
      ['DELETE', '/admin/statistics', 'GET, HEAD, OPTIONS'],
    ])('RFC 9110 §15.5.6 · %s %s is 405', async (method, at, allow) => {
      const { status, headers } = await admin(method, at);
      expect([status, headers.get('allow')]).toEqual([405, allow]);
    });
  });

  describe('admin · one client', () => {
    test('is shown as it is now, contacts in clear, no digest and no secret', async () => {
      const client = await register(service, { contacts: ['ops@app.example'] });
      const { status, json, text } = await admin('GET', of(client));
      expect(status).toBe(200);
      expect(json).toMatchObject({
        client_id: client.client_id,
        status: 'active',
        metadata: { client_name: 'App', contacts: ['ops@app.example'] },
        personalData: 'readable',
        streamVersion: 1,
      });
      expect(text).not.toMatch(/digest|"kid"|ciphertext/);
      expect(text).not.toContain(client.client_secret);
      expect(text).not.toContain(client.registration_access_token);
    });

    test('RFC 7592 §2.1 · suspended it is told 403, reinstated it works again', async () => {
      const client = await register(service);
      const suspended = await admin('POST', of(client, '/suspend'), { body: { reason: 'abuse report 17' } });
      expect([suspended.status, suspended.json['status']]).toEqual([200, 'suspended']);
      expect((await asClient('GET', client)).status).toBe(403);
      expect((await admin('POST', of(client, '/suspend'), { body: { reason: 'again' } })).status).toBe(409);
      const reinstated = await admin('POST', of(client, '/reinstate'), { body: { reason: 'was mistaken' } });
      expect([reinstated.status, reinstated.json['status']]).toEqual([200, 'active']);
      expect((await asClient('GET', client)).status).toBe(200);
      expect((await admin('POST', of(client, '/reinstate'), { body: { reason: 'again' } })).status).toBe(409);
    });

    test('a rotated secret is shown once; the old one stays for the overlap, or ends at once', async () => {
      const client = await register(service);
      const { status, json } = await admin('POST', of(client, '/secret'), { body: { overlapSeconds: 60 } });
      expect(status).toBe(200);
      expect(json).toEqual({
        client_id: client.client_id,
        secretId: expect.any(String),
        client_secret: expect.stringMatching(/^[\w-]{43}$/),
        client_secret_expires_at: 0,
      });
      expect(json['client_secret']).not.toBe(client.client_secret);
      const shown = (await admin('GET', of(client))).json['secrets'] as {
        secretId: string;
        validUntil: string | null;
      }[];
      expect(
        shown.map(({ secretId, validUntil }) => [secretId === json['secretId'], validUntil === null]),
      ).toEqual([
        [false, false],
        [true, true],
      ]);
      // Without a body the configured overlap holds.
      expect((await admin('POST', of(client, '/secret'))).status).toBe(200);
    });

    test('RFC 7592 §3 · a new registration access token; the old one has ended', async () => {
      const client = await register(service);
      const { status, json } = await admin('POST', of(client, '/registration-access-token'));
      expect(status).toBe(200);
      expect(json).toEqual({
        client_id: client.client_id,
        registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
        registration_client_uri: `${service.url}/connect/register?client_id=${client.client_id}`,
      });
      expect((await asClient('GET', client)).status).toBe(401);
      expect((await asClient('GET', { ...client, ...(json as Registered) })).status).toBe(200);
    });

    test('RFC 7592 §2.3 · deleted it is unknown to itself, and still shown to operators', async () => {
      const client = await register(service);
      expect(await admin('DELETE', of(client), { body: { reason: 'retired' } })).toMatchObject({
        status: 204,
        text: '',
      });
      expect((await asClient('GET', client)).status).toBe(401);
      expect((await admin('GET', of(client))).json).toMatchObject({ status: 'deleted', secrets: [] });
      expect((await admin('DELETE', of(client))).status).toBe(404);
      expect((await admin('POST', of(client, '/suspend'), { body: { reason: 'late' } })).status).toBe(404);
    });

    test.each([
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/suspend'],
      ['POST', '/secret'],
      ['POST', '/registration-access-token'],
    ])('%s …%s of an unknown client is 404', async (method, action) => {
      for (const client_id of [UNKNOWN, '..%2F..%2Fx', '%00', 'a'.repeat(300)]) {
        const sent = action === '/suspend' ? { body: { reason: 'x' } } : {};
        const { status, json } = await admin(method, `/admin/clients/${client_id}${action}`, sent);
        expect([client_id, status, json['error']]).toEqual([client_id, 404, 'not_found']);
      }
    });

    test('many changes at once all happen', async () => {
      const client = await register(service);
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => admin('POST', of(client, '/secret'), { body: {} })),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect((await admin('GET', of(client))).json['secrets']).toHaveLength(2);
    });
  });

  describe('admin · inputs', () => {
    let client: Registered;
    beforeAll(async () => {
      client = await register(service);
    });
    const rules = (json: Record<string, unknown>) =>
      ((json['violations'] ?? []) as { members: string[]; rule: string }[]).map(
        ({ members, rule }) => `${members.join()}:${rule}`,
      );

    test.each<[string, unknown, string[]]>([
      ['no reason', {}, ['reason:text']],
      ['no body', undefined, ['reason:text']],
      ['an empty reason', { reason: '' }, ['reason:text']],
      ['a reason with a line break', { reason: 'a\nb' }, ['reason:text']],
      ['a reason of 1,025 characters', { reason: 'a'.repeat(1_025) }, ['reason:text']],
      ['another type', { reason: 5 }, ['reason:text']],
      ['an unknown member', { reason: 'x', why: 'y' }, ['why:known-member']],
      ['everything at once', { reasons: 'x' }, ['reasons:known-member', 'reason:text']],
      ['a list', [], [':object']],
    ])('suspend · %s', async (_name, body, wanted) => {
      const { status, json } = await admin(
        'POST',
        of(client, '/suspend'),
        body === undefined ? {} : { body },
      );
      expect([status, json['error'], rules(json)]).toEqual([400, 'invalid_request', wanted]);
    });

    test.each([
      ['a fraction', { overlapSeconds: 1.5 }],
      ['below zero', { overlapSeconds: -1 }],
      ['text', { overlapSeconds: '5' }],
      ['above the bound', { overlapSeconds: 86_401 }],
      ['the wire name of another endpoint', { overlap_seconds: 5 }],
    ])('secret · %s', async (_name, body) => {
      const { status, json } = await admin('POST', of(client, '/secret'), { body });
      expect([status, json['error']]).toEqual([400, 'invalid_request']);
    });

    test('a reason of 1,024 characters is kept', async () => {
      const reason = 'ü'.repeat(1_024);
      expect((await admin('POST', of(client, '/suspend'), { body: { reason } })).status).toBe(200);
    });

    test.each([
      ['not JSON', '{', 'application/json', 400],
      ['a name twice', '{"reason":"a","reason":"b"}', 'application/json', 400],
      ['a form', 'reason=a', 'application/x-www-form-urlencoded', 415],
    ])('%s', async (_name, body, type, status) => {
      const response = await fetch(`${service.url}${of(client, '/suspend')}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${service.adminToken()}`, 'content-type': type },
        body,
      });
      expect(response.status).toBe(status);
    });

    test.each([
      ['limit=0', ['limit:whole-number']],
      ['limit=201', ['limit:whole-number']],
      ['limit=1&limit=2', ['limit:single-value']],
      ['limit=x&status=gone&colour=red', ['colour:known-member', 'limit:whole-number', 'status:one-of']],
      ['cursor=x', ['cursor:cursor']],
      ['name=', ['name:text']],
    ])('list · %s', async (query, wanted) => {
      const { status, json } = await admin('GET', `/admin/clients?${query}`);
      expect([status, json['error'], rules(json).sort()]).toEqual([400, 'invalid_request', wanted]);
    });
  });

  describe('admin · list', () => {
    const marker = `list-${process.pid}`;
    const made: Registered[] = [];
    beforeAll(async () => {
      for (let n = 0; n < 5; n += 1) {
        made.push(
          await register(service, {
            client_name: `Ünique ${n}`,
            software_id: marker,
            redirect_uris: [`https://h${n}.example/cb`],
          }),
        );
      }
      await admin('POST', of(made[0] ?? made[1]!, '/suspend'), { body: { reason: 'x' } });
      await caughtUp(service);
    });
    const list = async (query: string) => {
      const { status, json } = await admin('GET', `/admin/clients?${query}`);
      expect(status).toBe(200);
      return json as { items: { client_id: string }[]; next: string | null; readModel: object };
    };

    test.each([
      ['software_id', `software_id=list-${process.pid}`, 5],
      ['name prefix in any case', 'name=%C3%BCNIQUE', 5],
      ['name prefix that nobody has', 'name=nique', 0],
      ['redirect host', 'redirectHost=H3.example', 1],
      ['auth method', `software_id=list-${process.pid}&token_endpoint_auth_method=client_secret_basic`, 5],
      ['grant', `software_id=list-${process.pid}&grant_type=client_credentials`, 0],
      ['status', `software_id=list-${process.pid}&status=suspended`, 1],
    ])('filter · %s', async (_name, query, count) => {
      const page = await list(query);
      expect(page.items).toHaveLength(count);
      expect(page.readModel).toEqual({
        position: expect.any(Number),
        head: expect.any(Number),
        lagSeconds: 0,
      });
    });

    test('pages hold every client once, newest first', async () => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof list>> = await list(
          `software_id=${marker}&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
        );
        seen.push(...page.items.map(({ client_id }) => client_id));
        cursor = page.next;
      } while (cursor !== null);
      expect([...seen].sort()).toEqual(made.map(({ client_id }) => client_id).sort());
      const whole = (await list(`software_id=${marker}`)).items.map(({ client_id }) => client_id);
      expect(seen).toEqual(whole);
    });

    test('shows no personal member and no digest', async () => {
      await register(service, { contacts: ['hidden@app.example'], software_id: `${marker}-p` });
      await caughtUp(service);
      const { text } = await admin('GET', `/admin/clients?software_id=${marker}-p`);
      expect(text).toContain(`${marker}-p`);
      expect(text).not.toMatch(/hidden@|digest/);
    });
  });

  describe('admin · read models', () => {
    test('statistics say their position', async () => {
      const { status, json } = await admin('GET', '/admin/statistics');
      expect(status).toBe(200);
      expect(json).toMatchObject({
        clients: expect.any(Number),
        position: expect.any(Number),
        countedAt: expect.any(String),
      });
    });

    test('a rebuild starts once, is visible, and takes the place of the live model', async () => {
      const version = async () =>
        (
          (await admin('GET', '/admin/projections')).json['items'] as {
            modelVersion: number;
            rebuild: unknown;
          }[]
        )[0];
      const before = await version();
      const [first, second] = await Promise.all([
        admin('POST', '/admin/projections/clients/rebuild'),
        admin('POST', '/admin/projections/clients/rebuild'),
      ]);
      expect([first.status, second.status].sort()).toEqual([202, 409]);
      const deadline = Date.now() + 20_000;
      let now = await version();
      while (now?.modelVersion === before?.modelVersion && Date.now() < deadline) now = await version();
      expect(now).toMatchObject({ modelVersion: (before?.modelVersion ?? 0) + 1, rebuild: null });
    });

    test('nobody is parked; another projection does not exist', async () => {
      expect((await admin('GET', '/admin/projections/clients/parked')).json).toEqual({ items: [] });
      expect((await admin('POST', `/admin/projections/clients/parked/${UNKNOWN}/retry`)).status).toBe(404);
      expect((await admin('GET', '/admin/projections/tokens/parked')).status).toBe(404);
      expect((await admin('POST', '/admin/projections/tokens/rebuild')).status).toBe(404);
    });
  });

  test('S10 · what was written to the log holds no token, contact or reason', () => {
    const output = service.output();
    for (const secret of [
      service.adminToken(),
      'ops@app.example',
      'hidden@',
      'abuse report',
      'x'.repeat(43),
    ]) {
      expect(output).not.toContain(secret);
    }
  });
});
