import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTlsServer, type TestTlsServer } from '@rollbook-testing/outbound';
import { everySystem, type RunningSystem } from '../../support/systems.js';
import {
  ask,
  bearer,
  type Client,
  expectRefusal,
  post,
  put,
  read,
  register,
  remove,
  rotate,
  VALID,
  valid,
} from './ask.js';
import { exchange, headerOf, type RawAnswer, request } from './raw-http.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0, env: { ROLLBOOK_LOG_LEVEL: 'debug' } });
  });
  afterAll(() => service.stop());

  const METHODS = ['GET', 'PUT', 'DELETE'];
  const body = JSON.stringify(VALID);

  describe('2.14, 2.15, S12 · one 401 for everything that is not the right token', () => {
    let client: Client;
    let other: Client;
    let gone: Client;
    let suspended: Client;
    beforeAll(async () => {
      [client, other, gone, suspended] = (await Promise.all([1, 2, 3, 4].map(() => register(service)))) as [
        Client,
        Client,
        Client,
        Client,
      ];
      await remove(gone);
      const to = `${service.url}/admin/clients/${suspended.client_id}/suspend`;
      await ask(to, { method: 'POST', headers: bearer(service.adminToken()), body: { reason: 'x' } });
    });

    const send = async (method: string, target: string, authorization: string | null) => {
      const headers = [
        'Host: localhost',
        ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
      ];
      if (method !== 'GET') headers.push('Content-Type: application/json');
      const { answers } = await exchange(service, [
        request(`${method} ${target} HTTP/1.1`, headers, method === 'GET' ? '' : body),
      ]);
      return answers[0];
    };
    const comparable = (answer: RawAnswer | undefined) => ({
      ...answer,
      headers: answer?.headers.filter(([name]) => name !== 'date'),
    });

    const targets: [claim: string, target: () => string, token: () => string][] = [
      ['a wrong token', () => `?client_id=${client.client_id}`, () => 'A'.repeat(43)],
      ['a short token', () => `?client_id=${client.client_id}`, () => 'x'],
      [
        'the token with one character changed',
        () => `?client_id=${client.client_id}`,
        () => `${client.token.slice(0, -1)}${client.token.endsWith('A') ? 'B' : 'A'}`,
      ],
      ['a very long token', () => `?client_id=${client.client_id}`, () => 'x'.repeat(10_000)],
      ["another client's token", () => `?client_id=${client.client_id}`, () => other.token],
      ['the client_secret', () => `?client_id=${client.client_id}`, () => client.client_secret],
      ['an admin token', () => `?client_id=${client.client_id}`, () => service.adminToken()],
      ['an unknown client', () => `?client_id=${'B'.repeat(22)}`, () => client.token],
      ['a deleted client with its token', () => `?client_id=${gone.client_id}`, () => gone.token],
      ['a deleted client with a wrong token', () => `?client_id=${gone.client_id}`, () => client.token],
      [
        'a suspended client with a wrong token',
        () => `?client_id=${suspended.client_id}`,
        () => client.token,
      ],
      ['a malformed client_id', () => '?client_id=%20%00<x>', () => client.token],
      ['a client_id of 4,000 characters', () => `?client_id=${'x'.repeat(4_000)}`, () => client.token],
      ['an empty client_id', () => '?client_id=', () => client.token],
      [
        'two client_ids',
        () => `?client_id=${client.client_id}&client_id=${client.client_id}`,
        () => client.token,
      ],
      ['client_id as a list', () => `?client_id[]=${client.client_id}`, () => client.token],
      ['no client_id', () => '', () => client.token],
      ['client_id in another case', () => `?CLIENT_ID=${client.client_id}`, () => client.token],
      ['a malformed credential', () => `?client_id=${client.client_id}`, () => 'a b'],
      ['an empty credential', () => `?client_id=${client.client_id}`, () => ''],
      ['a credential that is not ASCII', () => `?client_id=${client.client_id}`, () => 'caf\u00e9'],
    ];
    test.each(
      targets.flatMap(([claim, target, token]) =>
        METHODS.map((method) => [method, claim, target, token] as const),
      ),
    )('%s with %s', async (method, _claim, target, token) => {
      const reference = comparable(
        await send('GET', `/connect/register?client_id=${client.client_id}`, 'Bearer reference'),
      );
      const answer = await send(method, `/connect/register${target()}`, `Bearer ${token()}`);
      expect(answer?.status).toBe(401);
      expect(comparable(answer)).toEqual(reference);
    });
    test.each(targets)('POST …/secret with %s', async (_claim, target, token) => {
      const reference = comparable(
        await send('GET', `/connect/register?client_id=${client.client_id}`, 'Bearer reference'),
      );
      expect(
        comparable(await send('POST', `/connect/register/secret${target()}`, `Bearer ${token()}`)),
      ).toEqual(reference);
    });
    test('RFC 6750 §3 · with an error in the challenge', async () => {
      const answer = await send('GET', `/connect/register?client_id=${client.client_id}`, 'Bearer x');
      expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="rollbook", error="invalid_token"');
      expect(JSON.parse(answer?.body ?? '')).toMatchObject({ error: 'invalid_token' });
    });

    test.each(
      [null, '', 'Basic Og==', 'Digest x', 'DPoP x', 'Bearerx', 'Token x'].flatMap((authorization) =>
        METHODS.map((method) => [method, authorization] as const),
      ),
    )(
      'RFC 6750 §3.1 · %s with Authorization %j has a bare challenge, whatever the client',
      async (method, authorization) => {
        const targetsHere = [
          `?client_id=${client.client_id}`,
          `?client_id=${gone.client_id}`,
          `?client_id=${suspended.client_id}`,
          '?client_id=x',
          '',
        ];
        const answers = await Promise.all(
          targetsHere.map((target) => send(method, `/connect/register${target}`, authorization)),
        );
        for (const answer of answers) {
          expect(answer?.status).toBe(401);
          expect(headerOf(answer, 'www-authenticate')).toBe('Bearer realm="rollbook"');
          expect(comparable(answer)).toEqual(comparable(answers[0]));
        }
      },
    );

    test.each(['bearer', 'BEARER', 'bEaReR'])('RFC 9110 §11.1 · the scheme %s is Bearer', async (scheme) => {
      expect(
        (await ask(client.uri, { headers: { authorization: `${scheme} ${client.token}` } })).status,
      ).toBe(200);
    });
    test('RFC 9110 §11.4 · several spaces before the token', async () => {
      expect(
        (await send('GET', `/connect/register?client_id=${client.client_id}`, `Bearer    ${client.token}  `))
          ?.status,
      ).toBe(200);
    });
    test.each([
      ['query', (c: Client) => ask(`${c.uri}&access_token=${c.token}`)],
      ['query under its own name', (c: Client) => ask(`${c.uri}&registration_access_token=${c.token}`)],
      [
        'body',
        (c: Client) =>
          ask(c.uri, { method: 'PUT', body: valid({ client_id: c.client_id, access_token: c.token }) }),
      ],
      [
        'form body',
        (c: Client) =>
          ask(c.uri, {
            method: 'PUT',
            body: `access_token=${c.token}`,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }),
      ],
      ['X-Authorization', (c: Client) => ask(c.uri, { headers: { 'x-authorization': `Bearer ${c.token}` } })],
      [
        'Proxy-Authorization',
        (c: Client) => ask(c.uri, { headers: { 'proxy-authorization': `Bearer ${c.token}` } }),
      ],
      ['cookie', (c: Client) => ask(c.uri, { headers: { cookie: `access_token=${c.token}` } })],
      [
        'Basic with the secret',
        (c: Client) =>
          ask(c.uri, {
            headers: {
              authorization: `Basic ${Buffer.from(`${c.client_id}:${c.client_secret}`).toString('base64')}`,
            },
          }),
      ],
    ])('2.1 · the token counts in the Authorization header only, not in %s', async (_claim, question) => {
      expectRefusal(await question(client), { status: 401, error: 'invalid_token' });
    });
    test('H16 · authentication comes before everything that is wrong with the body', async () => {
      for (const wrong of ['{', '[]', ''])
        expectRefusal(await ask(client.uri, { method: 'PUT', headers: bearer('x'), body: wrong }), {
          status: 401,
          error: 'invalid_token',
        });
      const headers = { ...bearer('x'), 'content-type': 'text/plain' };
      expectRefusal(await ask(client.uri, { method: 'PUT', headers, body: 'x' }), {
        status: 401,
        error: 'invalid_token',
      });
    });
    test('2.1 · the token is good for nothing else', async () => {
      for (const at of ['/admin/clients', '/audit/events', `/audit/clients/${client.client_id}/history`])
        expectRefusal(await ask(service.url + at, { headers: bearer(client.token) }), {
          status: 401,
          error: 'invalid_token',
        });
    });
  });

  describe('1.5 · initial access tokens', () => {
    test.each(['Bearer x', 'bearer abcdefghijklmnop', 'Bearer', 'Bearer a b'])(
      'RFC 7591 §3.2.2 · an unknown one is refused although registration is open: %s',
      async (authorization) => {
        const answer = await post(service, VALID, { authorization });
        expectRefusal(answer, { status: 401, error: 'invalid_token' });
        expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
      },
    );
    test('the registration access token of a client is none', async () => {
      const { token } = await register(service);
      expectRefusal(await post(service, VALID, bearer(token)), { status: 401, error: 'invalid_token' });
    });
    test('another scheme is no initial access token', async () => {
      expect((await post(service, VALID, { authorization: 'Basic Og==' })).status).toBe(201);
    });
  });

  describe('S8 · identifiers and credentials', () => {
    test('client_id 128 bits, secret and token 256 bits, base64url, all different', async () => {
      const clients = await Promise.all(Array.from({ length: 200 }, () => register(service)));
      for (const { client_id, client_secret, token } of clients) {
        expect(client_id).toMatch(/^[\w-]{22}$/);
        expect(client_secret).toMatch(/^[\w-]{43}$/);
        expect(token).toMatch(/^[\w-]{43}$/);
      }
      expect(
        new Set(clients.flatMap(({ client_id, client_secret, token }) => [client_id, client_secret, token]))
          .size,
      ).toBe(600);
    });
  });

  describe('S9, S10 · nothing secret or personal in clear', () => {
    test('neither in anything that is kept nor in a log line', async () => {
      const contact = 'whistle.blower@personal.example';
      const agent = 'very-personal-agent/1.0';
      const client = await register(service, { contacts: [contact] });
      const headers = { ...bearer(client.token), 'user-agent': agent };
      await post(service, valid({ contacts: [contact], client_name: 5 }), { 'user-agent': agent });
      await ask(`${client.uri}&access_token=${client.token}`, { headers: { 'user-agent': agent } });
      await ask(client.uri, {
        method: 'PUT',
        headers,
        body: valid({ client_id: client.client_id, contacts: [contact, 'b@personal.example'] }),
      });
      const rotated = String((await rotate(client)).body['client_secret']);
      await ask(`${service.url}/nowhere/${client.token}?x=${client.client_secret}`, { headers });
      await exchange(service, [`GET /${client.token} nonsense\r\n\r\n`]);
      await ask(`${service.url}/%zz${client.token}`, { headers });
      await read(client);
      const needles = [client.token, client.client_secret, rotated, contact, 'b@personal.example', agent];
      const found = (text: string) => needles.filter((needle) => text.includes(needle));
      expect(found(service.output())).toEqual([]);
      expect(service.output()).not.toContain('127.0.0.1","');
      const stored = await service.stored();
      expect(stored.map(({ text }) => text).join()).toContain(client.client_id);
      for (const { place, text } of stored) expect([place, found(text)]).toEqual([place, []]);
      expect(found(await service.audit('/audit/events?limit=100').catch(() => ''))).not.toContain(
        client.token,
      );
      expect(found(await (await fetch(`${service.url}/metrics`)).text())).toEqual([]);
    });
  });

  describe('S2 · no fetch but that of sector_identifier_uri; 4.6', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-sector-'));
    let server: TestTlsServer;
    let other: RunningSystem;
    beforeAll(async () => {
      const documents: Record<string, string> = {
        '/all': JSON.stringify([...(VALID['redirect_uris'] as string[]), 'https://b.example/cb']),
        '/some': JSON.stringify(['https://b.example/cb']),
        '/object': '{"redirect_uris":[]}',
        '/numbers': '[1,2]',
        '/large': JSON.stringify([`https://a.example/${'x'.repeat(300_000)}`]),
      };
      server = await startTlsServer(({ url = '' }, response) => {
        if (url === '/redirect') response.writeHead(302, { location: '/all' }).end();
        else
          response
            .writeHead(url in documents ? 200 : 404, { 'content-type': 'application/json' })
            .end(documents[url] ?? '[]');
      });
      const policy = path.join(directory, 'policy.json');
      const trusted = path.join(directory, 'ca.pem');
      writeFileSync(policy, JSON.stringify({ outbound: { allowedNetworks: ['127.0.0.0/8', '::1/128'] } }));
      writeFileSync(trusted, server.ca);
      other = await startSystem({
        projectors: 0,
        env: { ROLLBOOK_POLICY: policy, NODE_EXTRA_CA_CERTS: trusted },
      });
    });
    afterAll(async () => {
      await other.stop();
      await server.close();
      rmSync(directory, { recursive: true });
    });
    const pairwise = (at: string) =>
      valid({
        subject_type: 'pairwise',
        redirect_uris: ['https://example.com/callback', 'https://b.example/cb'],
        sector_identifier_uri: server.url(at),
      });

    test('Core §8.1 · a document with every redirect URI is accepted', async () => {
      const client = await register(other, pairwise('/all'));
      expect(client.body['sector_identifier_uri']).toBe(server.url('/all'));
      const fetched = server.requests.length;
      expect((await put(client, { ...pairwise('/all'), client_name: 'Other' })).status).toBe(200);
      expect(server.requests).toHaveLength(fetched);
      expectRefusal(await put(client, { ...pairwise('/all'), redirect_uris: ['https://c.example/'] }), {
        error: 'invalid_client_metadata',
        rule: 'sector-document-contains',
      });
      expect(server.requests).toHaveLength(fetched + 1);
    });
    test.each([
      ['/some', 'sector-document-contains'],
      ['/object', 'sector-document-array'],
      ['/numbers', 'sector-document-array'],
      ['/missing', 'sector-document-fetched'],
      ['/redirect', 'sector-document-fetched'],
      ['/large', 'sector-document-fetched'],
    ])('DCR §5 · %s is refused: %s', async (at, rule) => {
      expectRefusal(await post(other, pairwise(at)), {
        error: 'invalid_client_metadata',
        member: 'sector_identifier_uri',
        rule,
      });
    });
    test('H35, S2 · nothing else is fetched', async () => {
      const before = server.requests.length;
      const at = server.url('/all');
      await register(other, {
        client_uri: at,
        logo_uri: at,
        tos_uri: at,
        policy_uri: at,
        jwks_uri: at,
        request_uris: [at],
        initiate_login_uri: at,
        backchannel_logout_uri: at,
      });
      expect(server.requests).toHaveLength(before);
    });
    test.each([
      ['https://127.0.0.1/x', 'special-purpose-host'],
      ['https://[::1]/x', 'special-purpose-host'],
      ['https://10.1.2.3/x', 'special-purpose-host'],
      ['https://169.254.169.254/latest', 'special-purpose-host'],
      ['https://[::ffff:10.0.0.1]/x', 'special-purpose-host'],
      ['https://2130706433/x', 'special-purpose-host'],
      ['https://0x7f.1/x', 'special-purpose-host'],
      ['https://localhost/x', 'sector-document-fetched'],
      ['https://does-not-exist.invalid/x', 'sector-document-fetched'],
      ['http://example.com/x', 'uri-scheme'],
    ])('S1 · without an allowed network, %s is refused: %s', async (sector_identifier_uri, rule) => {
      expectRefusal(await post(service, valid({ sector_identifier_uri })), {
        error: 'invalid_client_metadata',
        member: 'sector_identifier_uri',
        rule,
      });
    });
    test.each([
      'jwks_uri',
      'signed_jwks_uri',
      'backchannel_logout_uri',
      'backchannel_client_notification_endpoint',
    ])('4.4.10 · %s on a special-purpose address is refused', async (member) => {
      expectRefusal(await post(service, valid({ [member]: 'https://192.168.0.1/x' })), {
        error: 'invalid_client_metadata',
        member,
        rule: 'special-purpose-host',
      });
    });
  });

  describe('S7 · rate limits', () => {
    let limited: RunningSystem;
    beforeAll(async () => {
      limited = await startSystem({
        // Each process counts for itself.
        apis: 1,
        projectors: 0,
        env: { ROLLBOOK_RATE_LIMIT_PER_MINUTE: '5', ROLLBOOK_TRUSTED_PROXIES: '127.0.0.1' },
      });
    });
    afterAll(() => limited.stop());
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const statuses = async (count: number, question: () => Promise<{ status: number }>) => {
      const seen: number[] = [];
      for (let at = 0; at < count; at++) seen.push((await question()).status);
      return seen;
    };

    test('registrations of one address; others go on; reads go on', async () => {
      const client = await (async () => {
        const { body: shown } = await post(limited, VALID, from('198.51.100.1'));
        return {
          uri: String(shown['registration_client_uri']),
          token: String(shown['registration_access_token']),
        };
      })();
      expect(await statuses(6, () => post(limited, VALID, from('198.51.100.1')))).toEqual([
        201, 201, 201, 201, 429, 429,
      ]);
      const refused = await post(limited, VALID, from('198.51.100.1'));
      expectRefusal(refused, { status: 429, error: 'temporarily_unavailable' });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
      expect((await post(limited, VALID, from('198.51.100.2'))).status).toBe(201);
      expect(
        await statuses(10, () =>
          ask(client.uri, { headers: { ...bearer(client.token), ...from('198.51.100.1') } }),
        ),
      ).toEqual(Array(10).fill(200));
    });
    test('refused registrations and dry runs count too', async () => {
      expect(await statuses(3, () => post(limited, {}, from('198.51.100.3')))).toEqual([400, 400, 400]);
      const validate = `${limited.url}/connect/register/validate`;
      expect(
        await statuses(3, () =>
          ask(validate, { method: 'POST', body: VALID, headers: from('198.51.100.3') }),
        ),
      ).toEqual([200, 200, 429]);
    });
    test('failed authentications are counted apart; a right token passes all the same', async () => {
      const registered = await post(limited, VALID, from('198.51.100.4'));
      const uri = String(registered.body['registration_client_uri']);
      const wrong = () => ask(uri, { headers: { ...bearer('x'), ...from('198.51.100.4') } });
      expect(await statuses(7, wrong)).toEqual([401, 401, 401, 401, 401, 429, 429]);
      const refused = await wrong();
      expectRefusal(refused, { status: 429, error: 'temporarily_unavailable' });
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      const right = bearer(registered.body['registration_access_token']);
      expect((await ask(uri, { headers: { ...right, ...from('198.51.100.4') } })).status).toBe(200);
      expect((await post(limited, VALID, from('198.51.100.4'))).status).toBe(201);
      expect(
        (await ask(`${limited.url}/admin/clients`, { headers: { ...bearer('x'), ...from('198.51.100.4') } }))
          .status,
      ).toBe(429);
    });
    test('an IPv6 network of one customer counts as one address', async () => {
      for (let at = 1; at <= 5; at++) await post(limited, VALID, from(`2001:db8::${at}`));
      expect((await post(limited, VALID, from('2001:db8::ffff'))).status).toBe(429);
      expect((await post(limited, VALID, from('2001:db8:0:1::1'))).status).toBe(201);
    });
    test.each([
      'not an address',
      '',
      ',,,',
      'unknown',
      '198.51.100.9, nonsense',
      '9'.repeat(8_000),
      '[::1]:80',
      "'; DROP TABLE",
      '198.51.100.7:1234',
    ])('a trusted proxy that sends %j breaks nothing', async (address) => {
      const { status } = await post(limited, VALID, from(address));
      expect([201, 429]).toContain(status);
    });
    test('S17 · X-Forwarded-For of a stranger is not believed', async () => {
      const strict = await startSystem({
        apis: 1,
        projectors: 0,
        env: { ROLLBOOK_RATE_LIMIT_PER_MINUTE: '3', ROLLBOOK_TRUSTED_PROXIES: '10.0.0.0/8' },
      });
      try {
        let at = 0;
        expect(await statuses(5, () => post(strict, VALID, from(`198.51.100.${++at}`)))).toEqual([
          201, 201, 201, 429, 429,
        ]);
      } finally {
        await strict.stop();
      }
    });
  });
});
