import { setTimeout as delay } from 'node:timers/promises';
import { everySystem, type RunningSystem } from '../../support/systems.js';
import {
  type Answer,
  ask,
  bearer,
  type Client,
  expectErrorShape,
  expectNoEmptyMember,
  expectRefusal,
  type Json,
  put,
  read,
  register,
  remove,
  rotate,
  VALID,
  valid,
  violationsOf,
} from './ask.js';
import { RSA_KEY, SIGNING_KEY } from './keys.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
  });
  afterAll(() => service.stop());

  const ICM = 'invalid_client_metadata';
  const CREDENTIALS = [
    'client_id',
    'client_id_issued_at',
    'registration_access_token',
    'registration_client_uri',
  ];
  const KEYS = { jwks: { keys: [SIGNING_KEY] } };
  const eventsOf = async (client: Client) =>
    (
      JSON.parse(await service.audit(`/audit/events?client_id=${client.client_id}&limit=100`)) as {
        items: Json[];
      }
    ).items;

  describe('RFC 7592 §2.1 · read', () => {
    test('2.3, H22 · the whole record, the token just presented, and no secret', async () => {
      const client = await register(service, {
        contacts: ['a@example.com'],
        'client_name#fr': 'Exemple',
        default_max_age: 0,
      });
      const { client_secret: _secret, client_secret_expires_at: _expiry, ...shown } = client.body;
      const answer = await read(client);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(shown);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expectNoEmptyMember(answer.body);
    });
    test('2.19, H21 · reading is without side effect: equal answers, no event', async () => {
      const client = await register(service);
      const [first, second] = [await read(client), await read(client)];
      expect(second.text).toBe(first.text);
      expect(await eventsOf(client)).toHaveLength(1);
    });
    test('a body with a GET is not looked at', async () => {
      const client = await register(service);
      const { port } = new URL(service.url);
      expect(port).not.toBe('');
      expect(
        (await ask(client.uri, { headers: { ...bearer(client.token), 'content-type': 'text/plain' } }))
          .status,
      ).toBe(200);
    });
  });

  describe('RFC 7592 §2.2 · replace', () => {
    test('2.8 · a member left out is deleted, or falls back to its default', async () => {
      const client = await register(service, {
        client_uri: 'https://example.com/',
        contacts: ['a@example.com'],
        default_max_age: 5,
      });
      const { status, body } = await put(client, { redirect_uris: ['https://example.com/new'] });
      expect(status).toBe(200);
      expect(body).toEqual({
        client_id: client.client_id,
        client_id_issued_at: client.body['client_id_issued_at'],
        registration_access_token: client.token,
        registration_client_uri: client.uri,
        redirect_uris: ['https://example.com/new'],
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      });
      expect((await read(client)).body).toEqual(body);
    });
    test('2.8, H6 · null and "" delete as omission does', async () => {
      const client = await register(service, { client_uri: 'https://example.com/' });
      const { body } = await put(
        client,
        valid({ client_uri: '', client_name: null, client_secret: null, client_id_issued_at: null }),
      );
      expect(body).not.toHaveProperty('client_uri');
      expect(body).not.toHaveProperty('client_name');
      expectNoEmptyMember(body);
    });
    test('2.11, H19 · client_id and client_id_issued_at stay', async () => {
      const client = await register(service);
      await delay(1_100);
      const { body } = await put(client, valid({ client_name: 'Later' }));
      expect(body).toMatchObject({
        client_id: client.client_id,
        client_id_issued_at: client.body['client_id_issued_at'],
      });
    });
    test('the answer is that of the example: same members as a read', async () => {
      const client = await register(service);
      const updated = await put(client, valid({ client_name: 'Other' }));
      expect((await read(client)).text).toBe(updated.text);
      expect(Object.keys(updated.body).slice(0, 4)).toEqual(CREDENTIALS);
    });
    test('a PUT that changes nothing answers 200 and appends nothing', async () => {
      const client = await register(service);
      const answer = await put(client, VALID);
      expect(answer.status).toBe(200);
      const reordered = await put(client, Object.fromEntries(Object.entries(VALID).toReversed()));
      expect(reordered.text).toBe(answer.text);
      expect(await eventsOf(client)).toHaveLength(1);
    });

    test.each<[claim: string, changes: Json, member: string, rule: string]>([
      ['H17 · without client_id', { client_id: undefined }, 'client_id', 'client-id-required'],
      ['H17 · client_id null', { client_id: null }, 'client_id', 'client-id-required'],
      ['H17 · client_id ""', { client_id: '' }, 'client_id', 'client-id-required'],
      ['H17 · another client_id', { client_id: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'client_id', 'client-id-mismatch'],
      ['H17 · client_id of another type', { client_id: 7 }, 'client_id', 'client-id-mismatch'],
      ['H17 · client_id in an array', { client_id: ['x'] }, 'client_id', 'client-id-mismatch'],
      [
        'H18 · registration_access_token',
        { registration_access_token: 'x' },
        'registration_access_token',
        'server-written',
      ],
      [
        'H18 · registration_client_uri',
        { registration_client_uri: 'https://x.example/' },
        'registration_client_uri',
        'server-written',
      ],
      ['H18 · client_id_issued_at', { client_id_issued_at: 1 }, 'client_id_issued_at', 'server-written'],
      [
        'H18 · client_secret_expires_at',
        { client_secret_expires_at: 0 },
        'client_secret_expires_at',
        'server-written',
      ],
      [
        '2.7 · a secret of its own choice',
        { client_secret: 'mine' },
        'client_secret',
        'client-secret-mismatch',
      ],
      [
        '2.7 · client_secret of another type',
        { client_secret: 5 },
        'client_secret',
        'client-secret-mismatch',
      ],
      ['2.9 · wrong metadata', { client_name: 5 }, 'client_name', 'wrong-type'],
      [
        'H10 · a value that is not supported is not replaced',
        { subject_type: 'x' },
        'subject_type',
        'unsupported-value',
      ],
    ])('%s is refused, and nothing changes', async (_claim, changes, member, rule) => {
      const client = await register(service);
      const answer = await put(client, valid({ client_name: 'Changed', ...changes }));
      expectRefusal(answer, { error: ICM, member, rule });
      expect((await read(client)).body).toMatchObject(VALID);
      expect(await eventsOf(client)).toHaveLength(1);
    });
    test.each<[claim: string, body: unknown, status: number, type?: string]>([
      ['no object', [], 400],
      ['no JSON', '{', 400],
      ['no body', '', 400],
      ['duplicate names', '{"client_id":"a","client_id":"b"}', 400],
      ['another media type', '{}', 415, 'text/plain'],
      ['more than 64 KiB', `{"x":"${'x'.repeat(65_536)}"}`, 413],
    ])('2.9 · the errors of a registration: %s', async (_claim, body, status, type = 'application/json') => {
      const client = await register(service);
      const headers = { ...bearer(client.token), 'content-type': type };
      expectRefusal(await ask(client.uri, { method: 'PUT', headers, body }), { status, error: ICM });
    });
    test('H17 · an empty object lacks client_id before anything else', async () => {
      const client = await register(service);
      expectRefusal(await put(client, { client_id: undefined }), {
        error: ICM,
        member: 'client_id',
        rule: 'client-id-required',
      });
    });
    test('2.9 · a missing redirect URI is invalid_redirect_uri', async () => {
      const client = await register(service);
      expectRefusal(await put(client, valid({ redirect_uris: undefined })), {
        error: 'invalid_redirect_uri',
      });
    });
    test('2.6 · the whole previous answer is refused with a message that helps', async () => {
      const client = await register(service);
      const answer = await put(client, client.body);
      expectRefusal(answer, { error: ICM });
      expect(
        violationsOf(answer)
          .map(({ members }) => members)
          .flat(),
      ).toEqual([
        'client_id_issued_at',
        'client_secret_expires_at',
        'registration_access_token',
        'registration_client_uri',
      ]);
      expect(answer.body['error_description']).toContain('metadata members only');
      expect(answer.text).not.toContain(client.token);
      expect(answer.text).not.toContain(client.client_secret);
    });
    test('2.7 · the current secret is accepted, and not shown again', async () => {
      const client = await register(service);
      const answer = await put(client, valid({ client_name: 'New', client_secret: client.client_secret }));
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(client.client_secret);
    });
    test('2.7 · during the overlap of a rotation either secret matches; with overlap 0 only the new one', async () => {
      const client = await register(service);
      const second = await rotate(client);
      for (const secret of [client.client_secret, second.body['client_secret']])
        expect((await put(client, valid({ client_secret: secret }))).status).toBe(200);
      await rotate(client, { overlap_seconds: 0 });
      expectRefusal(await put(client, valid({ client_secret: second.body['client_secret'] })), {
        error: ICM,
        rule: 'client-secret-mismatch',
      });
    });
    test('S10 · a token in the metadata is refused and not repeated', async () => {
      const client = await register(service);
      const answer = await put(client, valid({ client_name: `My token is ${client.token}` }));
      expectRefusal(answer, { error: ICM, member: 'client_name', rule: 'no-secret-in-metadata' });
      expect(answer.text).not.toContain(client.token);
    });
  });

  describe('2.12 · changes of authentication method and algorithms', () => {
    type Kind = { metadata: Json; secret: 0 | 43 | 64 };
    const KINDS = {
      basic: { metadata: {}, secret: 43 },
      post: { metadata: { token_endpoint_auth_method: 'client_secret_post' }, secret: 43 },
      none: { metadata: { token_endpoint_auth_method: 'none' }, secret: 0 },
      private_key_jwt: { metadata: { token_endpoint_auth_method: 'private_key_jwt', ...KEYS }, secret: 0 },
      tls: {
        metadata: {
          token_endpoint_auth_method: 'tls_client_auth',
          tls_client_auth_san_dns: 'client.example.com',
        },
        secret: 0,
      },
      client_secret_jwt: { metadata: { token_endpoint_auth_method: 'client_secret_jwt' }, secret: 64 },
      basic_hs256: { metadata: { id_token_signed_response_alg: 'HS256' }, secret: 64 },
      basic_dir: { metadata: { id_token_encrypted_response_alg: 'dir' }, secret: 64 },
      key_hs256: {
        metadata: {
          token_endpoint_auth_method: 'private_key_jwt',
          ...KEYS,
          id_token_signed_response_alg: 'HS256',
        },
        secret: 64,
      },
    } as const satisfies Record<string, Kind>;
    type KindName = keyof typeof KINDS;
    const names = Object.keys(KINDS) as KindName[];
    const secretOf = ({ body }: { body: Json }) =>
      typeof body['client_secret'] === 'string' ? body['client_secret'].length : 0;

    test.each(names)('1.4.3, H12 · %s at registration', async (name) => {
      const client = await register(service, KINDS[name].metadata);
      expect(secretOf(client)).toBe(KINDS[name].secret);
      expect('client_secret_expires_at' in client.body).toBe(KINDS[name].secret > 0);
    });

    /** A new secret is issued when one is needed and there was none, or when it first has to work as a key. */
    const issued = (from: Kind, to: Kind) => (to.secret === 0 || from.secret >= to.secret ? 0 : to.secret);
    test.each(names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const)))(
      '%s → %s',
      async (from, to) => {
        const client = await register(service, KINDS[from].metadata);
        const answer = await put(client, valid(KINDS[to].metadata));
        expect(answer.status).toBe(200);
        expect(secretOf(answer)).toBe(issued(KINDS[from], KINDS[to]));
        expect('client_secret_expires_at' in answer.body).toBe(issued(KINDS[from], KINDS[to]) > 0);
        expectNoEmptyMember(answer.body);
        const again = await put(client, valid(KINDS[to].metadata));
        expect([again.status, secretOf(again)]).toEqual([200, 0]);
        expect(secretOf(await read(client))).toBe(0);
        // The old secret still counts exactly when none was issued and one is needed.
        const old = client.client_secret === 'undefined' ? 'x' : client.client_secret;
        const presented = await put(client, valid({ ...KINDS[to].metadata, client_secret: old }));
        const keeps = KINDS[from].secret > 0 && KINDS[to].secret > 0 && issued(KINDS[from], KINDS[to]) === 0;
        expect(presented.status).toBe(keeps ? 200 : 400);
      },
    );
    test('H23, H25 · members of the method that was left do not stay', async () => {
      const client = await register(service, { ...KINDS.tls.metadata });
      const { body } = await put(
        client,
        valid({
          ...KINDS.tls.metadata,
          token_endpoint_auth_method: 'client_secret_basic',
          token_endpoint_auth_signing_alg: 'RS256',
        }),
      );
      expect(body).not.toHaveProperty('tls_client_auth_san_dns');
      expect(body).not.toHaveProperty('token_endpoint_auth_signing_alg');
    });
    test('from an RSA key to an EC key', async () => {
      const client = await register(service, {
        ...KINDS.private_key_jwt.metadata,
        jwks: { keys: [RSA_KEY] },
      });
      expect((await put(client, valid(KINDS.private_key_jwt.metadata))).body['jwks']).toEqual(KEYS.jwks);
    });
  });

  describe('RFC 7592 §2.3 · delete', () => {
    test('2.13 · 204 without a body; then the token is worth nothing', async () => {
      const client = await register(service);
      const answer = await remove(client);
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
      for (const later of [read(client), remove(client), put(client, VALID), rotate(client)])
        expectRefusal(await later, { status: 401, error: 'invalid_token' });
    });
    test('2.13 · a body is not looked at', async () => {
      const client = await register(service);
      const headers = { ...bearer(client.token), 'content-type': 'text/plain' };
      expect((await ask(client.uri, { method: 'DELETE', headers, body: 'why' })).status).toBe(204);
    });
    test('two at once: one 204, the other 204 or 401', async () => {
      const client = await register(service);
      const statuses = (await Promise.all([remove(client), remove(client)]))
        .map(({ status }) => status)
        .sort();
      expect(statuses[0]).toBe(204);
      expect([204, 401]).toContain(statuses[1]);
      expect(await eventsOf(client)).toHaveLength(2);
    });
  });

  describe('design §5 · rotation of the secret', () => {
    test('a new secret, shown once, with its expiry; the rest is the record', async () => {
      const client = await register(service);
      const answer = await rotate(client);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ ...client.body, client_secret: expect.stringMatching(/^[\w-]{43}$/) });
      expect(answer.body['client_secret']).not.toBe(client.client_secret);
      expect((await read(client)).body).not.toHaveProperty('client_secret');
    });
    test.each<[claim: string, body: unknown]>([
      ['no body', undefined],
      ['an empty object', {}],
      ['null', { overlap_seconds: null }],
      ['zero', { overlap_seconds: 0 }],
      ['the bound', { overlap_seconds: 86_400 }],
      ['members that nobody knows', { overlapSeconds: -1, x: 1 }],
    ])('overlap: %s', async (_claim, body) => {
      expect((await rotate(await register(service), body)).status).toBe(200);
    });
    test.each<[claim: string, body: unknown, error: string, status: number]>([
      ['above the bound', { overlap_seconds: 86_401 }, 'invalid_request', 400],
      ['negative', { overlap_seconds: -1 }, 'invalid_request', 400],
      ['a fraction', { overlap_seconds: 1.5 }, 'invalid_request', 400],
      ['a text', { overlap_seconds: '60' }, 'invalid_request', 400],
      ['endless', '{"overlap_seconds":1e400}', 'invalid_request', 400],
      ['an array', [], ICM, 400],
      ['not JSON', '{', ICM, 400],
    ])('overlap refused: %s', async (_claim, body, error, status) => {
      expectRefusal(await rotate(await register(service), body), { status, error });
    });
    test('a client without a secret has nothing to rotate', async () => {
      for (const changes of [
        { token_endpoint_auth_method: 'none' },
        { token_endpoint_auth_method: 'private_key_jwt', ...KEYS },
      ])
        expectRefusal(await rotate(await register(service, changes)), { error: 'invalid_request' });
    });
  });

  describe('2.17 · suspended', () => {
    const admin = (path: string, body: Json = {}) =>
      ask(`${service.url}/admin/clients/${path}`, {
        method: 'POST',
        headers: bearer(service.adminToken()),
        body,
      });
    test('403 with the valid token only, and everything works again afterwards', async () => {
      const client = await register(service);
      const other = await register(service);
      expect((await admin(`${client.client_id}/suspend`, { reason: 'test' })).status).toBeLessThan(300);
      for (const answer of [read(client), put(client, VALID), remove(client), rotate(client)])
        expectRefusal(await answer, { status: 403, error: 'access_denied' });
      expectRefusal(await read({ ...client, token: other.token }), { status: 401, error: 'invalid_token' });
      expectRefusal(await read({ ...client, token: 'x' }), { status: 401, error: 'invalid_token' });
      expectRefusal(await ask(client.uri), { status: 401, error: 'invalid_token' });
      expect((await admin(`${client.client_id}/reinstate`, { reason: 'test' })).status).toBeLessThan(300);
      expect((await read(client)).status).toBe(200);
    });
  });

  describe('many at once', () => {
    const versions = async (client: Client) =>
      (await eventsOf(client)).map(({ streamVersion }) => streamVersion);
    const expectDense = (numbers: unknown[]) =>
      expect([...numbers].sort((a, b) => Number(a) - Number(b))).toEqual(numbers.map((_, at) => at + 1));

    test('fifty PUTs: each 200, or 503 with Retry-After; versions dense; the record is one of them', async () => {
      const client = await register(service);
      const sent = Array.from({ length: 50 }, (_, at) => `Name ${at}`);
      const answers = await Promise.all(sent.map((client_name) => put(client, valid({ client_name }))));
      const accepted: Answer[] = [];
      for (const answer of answers) {
        if (answer.status === 200) accepted.push(answer);
        else {
          expectRefusal(answer, { status: 503, error: 'temporarily_unavailable' });
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        }
      }
      const stored = await versions(client);
      expect(stored).toHaveLength(accepted.length + 1);
      expectDense(stored);
      expect(accepted.map(({ body }) => body['client_name'])).toContain(
        (await read(client)).body['client_name'],
      );
    });
    test('fifty rotations: as many secrets as answers, at most two live', async () => {
      const client = await register(service);
      const answers = await Promise.all(Array.from({ length: 50 }, () => rotate(client)));
      const secrets = answers.filter(({ status }) => status === 200).map(({ body }) => body['client_secret']);
      expect(new Set(secrets).size).toBe(secrets.length);
      let live = 0;
      for (const secret of secrets)
        if ((await put(client, valid({ client_secret: secret }))).status === 200) live += 1;
      expect(live).toBeLessThanOrEqual(2);
      expect(live).toBeGreaterThanOrEqual(1);
      expectDense(await versions(client));
    });
    test('a hundred registrations: a hundred clients', async () => {
      const clients = await Promise.all(Array.from({ length: 100 }, () => register(service)));
      expect(new Set(clients.map(({ client_id }) => client_id)).size).toBe(100);
      expect(new Set(clients.map(({ client_secret }) => client_secret)).size).toBe(100);
      expect(new Set(clients.map(({ token }) => token)).size).toBe(100);
    });
  });

  describe('with secrets that expire and tokens that rotate', () => {
    let other: RunningSystem;
    beforeAll(async () => {
      other = await startSystem({
        projectors: 0,
        env: { ROLLBOOK_SECRET_LIFETIME_SECONDS: '1', ROLLBOOK_RAT_ROTATION: 'on-update' },
      });
    });
    afterAll(() => other.stop());

    test('2.22, H45 · after the expiry the token works; neither GET nor PUT gives a secret, a rotation does', async () => {
      const client = await register(other);
      const expiry = Number(client.body['client_secret_expires_at']);
      expect(expiry - Number(client.body['client_id_issued_at'])).toBeGreaterThanOrEqual(1);
      expect(expiry - Number(client.body['client_id_issued_at'])).toBeLessThanOrEqual(2);
      await delay(2_100);
      expect((await read(client)).body).not.toHaveProperty('client_secret');
      const updated = await put(client, valid({ client_name: 'Later' }));
      expect(updated.status).toBe(200);
      expect(updated.body).not.toHaveProperty('client_secret');
      const rotated = await rotate(client);
      expect(rotated.body['client_secret']).toMatch(/^[\w-]{43}$/);
      expect(Number(rotated.body['client_secret_expires_at'])).toBeGreaterThan(expiry);
    });

    test('2.19, H21 · a PUT rotates the token; the old one still works for a client that lost the answer', async () => {
      const client = await register(other);
      const first = await put(client, valid({ client_name: 'One' }));
      const token = String(first.body['registration_access_token']);
      expect(token).not.toBe(client.token);
      expect(first.body['registration_client_uri']).toBe(client.uri);
      expect((await read(client)).body['registration_access_token']).toBe(client.token);
      expect((await read({ ...client, token })).body['registration_access_token']).toBe(token);
      const second = await put({ ...client, token }, valid({ client_name: 'Two' }));
      expect(second.status).toBe(200);
      const newest = { ...client, token: String(second.body['registration_access_token']) };
      expect((await read(newest)).status).toBe(200);
    });
    test('H21 · a GET, and a PUT that changes nothing or is refused, rotate nothing', async () => {
      const client = await register(other);
      expect((await read(client)).body['registration_access_token']).toBe(client.token);
      expect((await put(client, VALID)).body['registration_access_token']).toBe(client.token);
      expectErrorShape(await put(client, valid({ client_name: 5 })));
      expect((await read(client)).status).toBe(200);
    });
    test('a client that always loses the answer can go on with the token it has', async () => {
      const client = await register(other);
      for (const client_name of ['One', 'Two', 'Three', 'Four'])
        expect((await put(client, valid({ client_name }))).status).toBe(200);
    });
  });
});
