import { everySystem, type RunningSystem } from '../../support/systems.js';
import { ask, bearer, type Client, expectErrorShape, expectRefusal, post, register, VALID } from './ask.js';
import { exchange, headerOf, request } from './raw-http.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  let client: Client;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
    client = await register(service);
  });
  afterAll(() => service.stop());

  const at = (path: string) => service.url + path.replace('{client}', client.client_id);

  /** Every public path with the methods it answers. */
  const PATHS: readonly [path: string, allow: string][] = [
    ['/connect/register', 'DELETE, GET, HEAD, OPTIONS, POST, PUT'],
    ['/connect/register?client_id={client}', 'DELETE, GET, HEAD, OPTIONS, POST, PUT'],
    ['/connect/register/secret', 'OPTIONS, POST'],
    ['/connect/register/secret?client_id={client}', 'OPTIONS, POST'],
    ['/connect/register/validate', 'OPTIONS, POST'],
    ['/.well-known/oauth-authorization-server', 'GET, HEAD, OPTIONS'],
    ['/.well-known/openid-configuration', 'GET, HEAD, OPTIONS'],
    ['/health/live', 'GET, HEAD, OPTIONS'],
    ['/health/ready', 'GET, HEAD, OPTIONS'],
    ['/metrics', 'GET, HEAD, OPTIONS'],
  ];
  const METHODS = [
    'GET',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'TRACE',
    'PROPFIND',
    'QUERY',
    'LOCK',
    'MKCOL',
    'REPORT',
    'SEARCH',
    'PURGE',
    'M-SEARCH',
    'LINK',
    'BIND',
  ];

  describe('RFC 9110 §15.5.6 · 405 with Allow', () => {
    const cases = PATHS.flatMap(([path, allow]) =>
      METHODS.filter((method) => !allow.split(', ').includes(method)).map(
        (method) => [method, path, allow] as const,
      ),
    );
    test.each(cases)('%s %s', async (method, path, allow) => {
      const target = path.replace('{client}', client.client_id);
      const { answers } = await exchange(service, [request(`${method} ${target} HTTP/1.1`)]);
      expect(answers).toMatchObject([{ status: 405 }]);
      expect(headerOf(answers[0], 'allow')).toBe(allow);
      expect(headerOf(answers[0], 'content-type')).toBe('application/json; charset=utf-8');
      expect(headerOf(answers[0], 'cache-control')).toBe('no-store');
      expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: 'invalid_request' });
    });
    test('PATCH with a body and a valid token is 405 all the same', async () => {
      const answer = await ask(client.uri, { method: 'PATCH', headers: bearer(client.token), body: VALID });
      expectRefusal(answer, { status: 405, error: 'invalid_request' });
    });
    test('PATCH with a body of no known type is 405', async () => {
      const answer = await ask(client.uri, { method: 'PATCH', headers: { 'content-type': 'x' }, body: 'x' });
      expectRefusal(answer, { status: 405, error: 'invalid_request' });
    });
  });

  describe('RFC 9110 §15.5.5 · 404 in our shape', () => {
    test.each(METHODS.concat('OPTIONS'))('%s of an unknown path', async (method) => {
      const { answers } = await exchange(service, [request(`${method} /unknown HTTP/1.1`)]);
      expect(answers).toMatchObject([{ status: 404 }]);
      expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ error: 'not_found' });
      expect(headerOf(answers[0], 'allow')).toBeUndefined();
    });
  });

  describe('RFC 9110 §9.3.2 · HEAD is GET without the body', () => {
    test.each([
      ['/connect/register?client_id={client}', true],
      ['/connect/register?client_id={client}', false],
      ['/connect/register', false],
      ['/.well-known/oauth-authorization-server', false],
      ['/.well-known/openid-configuration', false],
      ['/health/live', false],
      ['/health/ready', false],
      ['/unknown', false],
    ])('%s, with a token: %s', async (path, withToken) => {
      const target = path.replace('{client}', client.client_id);
      const headers = [
        'Host: x',
        'Origin: https://app.example',
        ...(withToken ? [`Authorization: Bearer ${client.token}`] : []),
      ];
      const [get] = (
        await exchange(service, [request(`GET ${target} HTTP/1.1`, [...headers, 'Connection: close'])])
      ).answers;
      const head = await exchange(
        service,
        [request(`HEAD ${target} HTTP/1.1`, [...headers, 'Connection: close'])],
        { isHead: true, untilClosed: true },
      );
      expect(head.answers).toHaveLength(1);
      expect(head.rest).toBe('');
      expect(head.answers[0]?.status).toBe(get?.status);
      const comparable = (list: [string, string][] | undefined) => list?.filter(([name]) => name !== 'date');
      expect(comparable(head.answers[0]?.headers)).toEqual(comparable(get?.headers));
    });
  });

  describe('RFC 9110 §9.3.7 · OPTIONS', () => {
    test.each(PATHS)('%s answers Allow: %s', async (path, allow) => {
      const answer = await ask(at(path), { method: 'OPTIONS' });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('allow')).toBe(allow);
      expect(answer.text).toBe('');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });
  });

  describe('spec 1.1.4 · CORS', () => {
    const origin = { origin: 'https://app.example' };
    const preflight = (method: string) => ({
      ...origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization, content-type',
    });
    test.each([
      ['POST', '/connect/register'],
      ['GET', '/connect/register?client_id={client}'],
      ['PUT', '/connect/register?client_id={client}'],
      ['DELETE', '/connect/register?client_id={client}'],
      ['POST', '/connect/register/secret?client_id={client}'],
      ['POST', '/connect/register/validate'],
      ['GET', '/.well-known/oauth-authorization-server'],
      ['GET', '/.well-known/openid-configuration'],
    ])('preflight of %s %s', async (method, path) => {
      const { status, headers, text } = await ask(at(path), {
        method: 'OPTIONS',
        headers: preflight(method),
      });
      expect({ status, text }).toEqual({ status: 204, text: '' });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-methods')?.split(', ')).toContain(method);
      const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(/, */);
      expect(allowed).toEqual(
        expect.arrayContaining(['authorization', 'content-type', 'mcp-protocol-version']),
      );
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('access-control-max-age')).toBe('86400');
    });

    test.each<[claim: string, status: number, ask: () => Promise<{ status: number; headers: Headers }>]>([
      ['a registration', 201, () => post(service, VALID, origin)],
      ['a refused registration', 400, () => post(service, {}, origin)],
      ['a wrong media type', 415, () => post(service, 'x', { ...origin, 'content-type': 'text/plain' })],
      ['a body that is too large', 413, () => post(service, 'x'.repeat(70_000), origin)],
      ['a read', 200, () => ask(client.uri, { headers: { ...origin, ...bearer(client.token) } })],
      ['a wrong token', 401, () => ask(client.uri, { headers: { ...origin, ...bearer('x') } })],
      ['no token', 401, () => ask(client.uri, { headers: origin })],
      ['a wrong method', 405, () => ask(client.uri, { method: 'PATCH', headers: origin })],
      ['discovery', 200, () => ask(at('/.well-known/openid-configuration'), { headers: origin })],
      [
        'a sandboxed page',
        200,
        () => ask(at('/.well-known/openid-configuration'), { headers: { origin: 'null' } }),
      ],
    ])('a browser may read the answer to %s', async (_claim, status, answer) => {
      const { status: given, headers } = await answer();
      expect(given).toBe(status);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('access-control-expose-headers')?.toLowerCase()).toContain('www-authenticate');
    });

    test.each([
      '/admin/clients',
      '/admin/statistics',
      '/audit/events',
      '/metrics',
      '/health/live',
      '/unknown',
    ])('S11 · no CORS on %s', async (path) => {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await ask(at(path), { method, headers: preflight('GET') });
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    });
  });

  describe('S11 · headers of every answer', () => {
    test.each([
      '/connect/register',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/unknown',
      '/admin/clients',
      '/audit/events',
      '/%zz',
    ])('%s', async (path) => {
      const { headers } = await ask(at(path));
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('pragma')).toBe('no-cache');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      for (const absent of [
        'etag',
        'last-modified',
        'server',
        'x-powered-by',
        'set-cookie',
        'strict-transport-security',
      ])
        expect([absent, headers.get(absent)]).toEqual([absent, null]);
    });
    test('RFC 9110 §13.1 · If-None-Match changes nothing', async () => {
      const answer = await ask(client.uri, { headers: { ...bearer(client.token), 'if-none-match': '*' } });
      expect(answer.status).toBe(200);
    });
    test('1.4.8 · a DELETE has no body and is not stored either', async () => {
      const other = await register(service);
      const answer = await ask(other.uri, { method: 'DELETE', headers: bearer(other.token) });
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('content-type')).toBeNull();
    });
    test.each(['text/html', 'application/xml;q=1, */*;q=0', 'nonsense'])(
      'RFC 9110 §12.5.1 · Accept: %s is answered in JSON',
      async (accept) => {
        expect((await post(service, VALID, { accept })).headers.get('content-type')).toMatch(
          /^application\/json/,
        );
        expectErrorShape(await post(service, {}, { accept }));
      },
    );
  });

  describe('Idempotency-Key does not exist yet', () => {
    const key = { 'idempotency-key': '0123456789012345678901' };
    const says = { error: 'invalid_request', rule: 'idempotency-key' };
    test('design §6 · a registration says so instead of making a second client', async () => {
      expectRefusal(await post(service, VALID, key), says);
    });
    test('design §6 · an update and a rotation say so, once the token is right', async () => {
      const headers = { ...key, ...bearer(client.token) };
      expectRefusal(await ask(client.uri, { method: 'PUT', headers, body: VALID }), says);
      const secret = client.uri.replace('/register?', '/register/secret?');
      expectRefusal(await ask(secret, { method: 'POST', headers }), says);
      expectRefusal(await ask(client.uri, { method: 'PUT', headers: key, body: VALID }), {
        status: 401,
        error: 'invalid_token',
      });
    });
  });

  describe('with an https public URL and chosen origins', () => {
    let other: RunningSystem;
    beforeAll(async () => {
      other = await startSystem({
        projectors: 0,
        env: {
          ROLLBOOK_PUBLIC_URL: 'https://registrar.example/base/',
          ROLLBOOK_CORS_ORIGINS: 'https://app.example,https://other.example:8443',
        },
      });
    });
    afterAll(() => other.stop());

    const spoofed = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '1',
      'x-forwarded-prefix': '/evil',
      forwarded: 'host=evil.example;proto=http',
      'x-original-url': '/evil',
      'x-http-method-override': 'DELETE',
    };
    test('S17 · spoofed headers do not change issued URLs', async () => {
      const headers = Object.entries({
        ...spoofed,
        'content-type': 'application/json',
        connection: 'close',
      }).map(([name, value]) => `${name}: ${value}`);
      const { answers } = await exchange(other, [
        request('POST /connect/register HTTP/1.1', headers, JSON.stringify(VALID)),
      ]);
      const body = JSON.parse(answers[0]?.body ?? '') as Record<string, string>;
      expect(body['registration_client_uri']).toBe(
        `https://registrar.example/base/connect/register?client_id=${body['client_id']}`,
      );
      const discovery = await exchange(other, [
        request('GET /.well-known/openid-configuration HTTP/1.1', headers),
      ]);
      expect(JSON.parse(discovery.answers[0]?.body ?? '')).toMatchObject({
        issuer: 'https://registrar.example/base',
        registration_endpoint: 'https://registrar.example/base/connect/register',
      });
      expect(answers[0]?.body).not.toContain('evil');
      expect(discovery.answers[0]?.body).not.toContain('evil');
    });
    test.each<[claim: string, octets: string]>([
      ['an answer', 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['a refusal', 'GET /unknown HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['a bad path', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['what is not HTTP', 'hello\r\n\r\n'],
    ])('S11 · HSTS on %s', async (_claim, octets) => {
      const { answers } = await exchange(other, [octets]);
      expect(headerOf(answers[0], 'strict-transport-security')).toBe('max-age=31536000');
    });
    test.each<[origin: string, allowed: string | null]>([
      ['https://app.example', 'https://app.example'],
      ['https://other.example:8443', 'https://other.example:8443'],
      ['https://evil.example', null],
      ['https://app.example.evil.example', null],
      ['http://app.example', null],
      ['null', null],
    ])('S11 · Origin %s is answered with %s', async (origin, allowed) => {
      for (const method of ['POST', 'OPTIONS']) {
        const headers = { origin, 'access-control-request-method': 'POST' };
        const answer = await ask(`${other.url}/connect/register`, { method, headers });
        expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
        expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin');
      }
    });
  });
});
