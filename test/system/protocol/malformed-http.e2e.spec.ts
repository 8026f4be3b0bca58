import { everySystem, type RunningSystem } from '../../support/systems.js';
import { VALID } from './ask.js';
import { chunked, exchange, HALF_CLOSE, headerOf, type RawAnswer, request, type Step } from './raw-http.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
  });
  afterAll(() => service.stop());

  const JSON_TYPE = ['Host: localhost', 'Content-Type: application/json'];
  const body = JSON.stringify(VALID);
  const register = (...more: string[]) =>
    request('POST /connect/register HTTP/1.1', [...JSON_TYPE, ...more], body);
  const ofSize = (octets: number) => `{"x":"${'x'.repeat(octets - 8)}"}`;

  function expectOurError(answer: RawAnswer | undefined, status: number, error: string): void {
    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({
      error,
      error_description: expect.stringMatching(/^[ !#-[\]-~]+$/),
    });
    expect(headerOf(answer, 'content-type')).toBe('application/json; charset=utf-8');
    expect(headerOf(answer, 'cache-control')).toBe('no-store');
    expect(headerOf(answer, 'x-content-type-options')).toBe('nosniff');
  }

  afterEach(async () => {
    // Whatever was sent, the service goes on.
    expect((await exchange(service, [register('Connection: close')])).answers).toMatchObject([
      { status: 201 },
    ]);
  });

  test.each<[claim: string, octets: string | Buffer]>([
    ['RFC 9112 §2.2 · not HTTP', 'hello\r\n\r\n'],
    ['RFC 9112 §2.2 · zero octets', Buffer.alloc(100)],
    ['RFC 9112 §3 · a request line without version', 'GET /health/live\r\n\r\n'],
    ['RFC 9112 §3 · a space in the target', 'GET /connect/ register HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['RFC 9112 §2.3 · another version', 'GET / HTTP/3.7\r\nHost: x\r\n\r\n'],
    ['RFC 9113 §3.4 · HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS greeting', Buffer.from('16030100c8010000c40303', 'hex')],
    ['RFC 9110 §9.1 · a method that nobody knows', 'FOO /connect/register HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['RFC 9110 §5.1 · a space in a field name', 'GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n'],
    ['RFC 9112 §5.1 · a space before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['RFC 9112 §5.2 · a folded line', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
    ['RFC 9110 §5.5 · a NUL in a field value', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n'],
    [
      'RFC 9112 §6.3 · a length that is no number',
      'POST /connect/register HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n',
    ],
    [
      'RFC 9112 §6.3 · a negative length',
      'POST /connect/register HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    ],
    [
      'RFC 9112 §6.3 · two lengths',
      'POST /connect/register HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    ],
    [
      'RFC 9112 §6.1 · length and chunks at once',
      'POST /connect/register HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'RFC 9112 §6.1 · a transfer coding that is not chunked',
      'POST /connect/register HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n',
    ],
    [
      'RFC 9112 §7.1 · a chunk size that is no number',
      'POST /connect/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('%s: 400 in our shape, and the connection ends', async (_claim, octets) => {
    const { answers, closed, rest } = await exchange(service, [octets], { untilClosed: true });
    expectOurError(answers[0], 400, 'invalid_request');
    expect({ answers: answers.length, closed, rest }).toEqual({ answers: 1, closed: true, rest: '' });
  });

  test.each<[claim: string, headers: string[]]>([
    ['RFC 9112 §3.2 · no Host', []],
    ['RFC 9112 §3.2 · two Hosts', ['Host: a', 'Host: b']],
    ['RFC 9110 §5.3 · two Authorizations', ['Host: a', 'Authorization: Bearer a', 'AUTHORIZATION: Bearer b']],
    [
      'RFC 9110 §5.3 · two Content-Types',
      ['Host: a', 'Content-Type: application/json', 'content-type: text/plain'],
    ],
  ])('%s is 400 in our shape', async (_claim, headers) => {
    const { answers } = await exchange(service, [request('GET /health/live HTTP/1.1', headers)]);
    expectOurError(answers[0], 400, 'invalid_request');
  });

  test.each<[claim: string, status: number, error: string, octets: Buffer]>([
    [
      'two Hosts',
      400,
      'invalid_request',
      request('OPTIONS /connect/register HTTP/1.1', ['Host: a', 'Host: b']),
    ],
    [
      'a body above the limit',
      413,
      'invalid_client_metadata',
      request('OPTIONS /connect/register HTTP/1.1', [...JSON_TYPE, 'Content-Length: 70000']),
    ],
  ])('RFC 9110 §9.3.7 · OPTIONS with %s is refused in our shape', async (_claim, status, error, octets) => {
    expectOurError((await exchange(service, [octets])).answers[0], status, error);
  });

  test('RFC 9112 §2.3 · HTTP/1.0 without Host works', async () => {
    const { answers, closed } = await exchange(service, [request('GET /health/live HTTP/1.0', [])], {
      untilClosed: true,
    });
    expect(answers).toMatchObject([{ status: 200 }]);
    expect(closed).toBe(true);
  });

  test('RFC 9110 §15.5.18 · an expectation that nobody knows is ignored', async () => {
    const { answers } = await exchange(service, [register('Expect: coffee')]);
    expect(answers).toMatchObject([{ status: 201 }]);
  });

  test('RFC 9110 §10.1.1 · 100-continue', async () => {
    const head = register('Expect: 100-continue');
    const { answers } = await exchange(service, [head.subarray(0, head.length - body.length), 100, body]);
    expect(answers).toMatchObject([{ status: 201 }]);
  });

  test.each<[claim: string, status: number, target: string]>([
    ['percent-encoding that is none', 400, '/connect/register%zz'],
    ['percent-encoding cut off', 400, '/connect/register%'],
    ['percent-encoded octets that are not UTF-8', 400, '/connect/%ff%fe'],
    ['two slashes', 404, '//connect/register'],
    ['dot segments', 404, '/connect/../connect/register'],
    ['an encoded slash', 404, '/connect%2fregister'],
    ['another case', 404, '/Connect/Register'],
    ['a slash at the end', 404, '/connect/register/'],
    ['a NUL', 404, '/connect/register%00'],
    ['a path parameter', 404, '/connect/register;jsessionid=1'],
    ['the root', 404, '/'],
    ['the prefix', 404, '/connect'],
    ['a member of the prototype', 404, '/__proto__'],
    ['a client in the path', 404, '/connect/register/AAAAAAAAAAAAAAAAAAAAAA'],
    ['an asterisk', 404, '*'],
    ['a path of 4,000 characters', 404, `/${'x'.repeat(4_000)}`],
  ])('RFC 9112 §3.2 · target with %s: %i in our shape', async (_claim, status, target) => {
    const { answers } = await exchange(service, [request(`GET ${target} HTTP/1.1`)]);
    expectOurError(answers[0], status, status === 404 ? 'not_found' : 'invalid_request');
  });

  test.each([
    [
      'a header section of 20,000 octets',
      request('GET /health/live HTTP/1.1', ['Host: x', `A: ${'x'.repeat(20_000)}`]),
    ],
    ['a URL of 20,000 characters', request(`GET /${'x'.repeat(20_000)} HTTP/1.1`)],
    [
      '3,000 header fields',
      request('GET /health/live HTTP/1.1', [
        'Host: x',
        ...Array.from({ length: 3_000 }, (_, i) => `A${i}: ${i}`),
      ]),
    ],
  ])('RFC 6585 §5 · %s: 431', async (_claim, octets) => {
    expectOurError((await exchange(service, [octets])).answers[0], 431, 'invalid_request');
  });

  test('RFC 9112 §3.2.2 · the absolute form of the target is accepted', async () => {
    const target = `${service.url}/connect/register`;
    const { answers } = await exchange(service, [request(`POST ${target} HTTP/1.1`, JSON_TYPE, body)]);
    expect(answers).toMatchObject([{ status: 201 }]);
    const wrong = await exchange(service, [request(`PATCH ${target} HTTP/1.1`)]);
    expectOurError(wrong.answers[0], 405, 'invalid_request');
  });

  test('RFC 3986 §6.2.2.2 · an encoded letter of the path is that letter, for every method', async () => {
    const target = '/connect/%72egister';
    const { answers } = await exchange(service, [request(`POST ${target} HTTP/1.1`, JSON_TYPE, body)]);
    expect(answers).toMatchObject([{ status: 201 }]);
    const wrong = await exchange(service, [request(`PATCH ${target} HTTP/1.1`)]);
    expectOurError(wrong.answers[0], 405, 'invalid_request');
  });

  describe('RFC 9112 §7.1 · chunked bodies', () => {
    const head = request('POST /connect/register HTTP/1.1', [...JSON_TYPE, 'Transfer-Encoding: chunked']);
    test.each<[claim: string, size: number]>([
      ['one octet each', 1],
      ['many octets each', 100],
      ['one', 100_000],
    ])('%s', async (_claim, size) => {
      const { answers } = await exchange(service, [head, chunked(body, size)]);
      expect(answers).toMatchObject([{ status: 201 }]);
    });
    test('S3 · exactly 64 KiB is read: it is a JSON object without redirect_uris', async () => {
      const { answers } = await exchange(service, [head, chunked(ofSize(65_536))]);
      expectOurError(answers[0], 400, 'invalid_redirect_uri');
    });
    test('S3 · one octet more is 413', async () => {
      const { answers } = await exchange(service, [head, chunked(ofSize(65_537))]);
      expectOurError(answers[0], 413, 'invalid_client_metadata');
    });
    test('S3 · an announced length above the limit is 413 before the body comes', async () => {
      const { answers, closed } = await exchange(
        service,
        [request('POST /connect/register HTTP/1.1', [...JSON_TYPE, 'Content-Length: 65537'])],
        { untilClosed: true },
      );
      expectOurError(answers[0], 413, 'invalid_client_metadata');
      expect(closed).toBe(true);
    });
    test('S3 · an announced length of a terabyte is 413', async () => {
      const { answers } = await exchange(service, [
        request('POST /connect/register HTTP/1.1', [...JSON_TYPE, 'Content-Length: 1099511627776']),
      ]);
      expectOurError(answers[0], 413, 'invalid_client_metadata');
    });
  });

  describe('RFC 9112 §9 · connections', () => {
    const live = request('GET /health/live HTTP/1.1');
    test('pipelined requests are answered in order', async () => {
      const steps = [Buffer.concat([register(), live, request('GET /nowhere HTTP/1.1'), register()])];
      const { answers } = await exchange(service, steps, { answers: 4 });
      expect(answers.map(({ status }) => status)).toEqual([201, 200, 404, 201]);
    });
    test('fifty pipelined registrations are fifty clients', async () => {
      const { answers } = await exchange(
        service,
        [Buffer.concat(Array.from({ length: 50 }, () => register()))],
        { answers: 50 },
      );
      const ids = answers.map((answer) => (JSON.parse(answer.body) as { client_id: string }).client_id);
      expect(new Set(ids).size).toBe(50);
    });
    test('garbage after a good request does not take its answer away', async () => {
      const { answers, closed } = await exchange(
        service,
        [Buffer.concat([register(), Buffer.from('garbage\r\n\r\n')])],
        { untilClosed: true },
      );
      expect(answers.map(({ status }) => status)).toEqual([201, 400]);
      expect(closed).toBe(true);
    });
    test('a half-closed connection still gets its answer', async () => {
      const { answers } = await exchange(service, [register(), HALF_CLOSE]);
      expect(answers).toMatchObject([{ status: 201 }]);
    });
    test('a body that comes octet by octet is read', async () => {
      const octets = register();
      const steps: Step[] = [octets.subarray(0, -40)];
      for (const octet of octets.subarray(-40)) steps.push(Buffer.of(octet), 2);
      expect((await exchange(service, steps)).answers).toMatchObject([{ status: 201 }]);
    });
    test('a body that never comes holds nobody else up', async () => {
      const started = Array.from({ length: 50 }, () =>
        exchange(service, [register().subarray(0, -20), 300, HALF_CLOSE]),
      );
      expect((await exchange(service, [register()])).answers).toMatchObject([{ status: 201 }]);
      await Promise.all(started);
    });
    test('callers that go away mid-request leave no trace', async () => {
      const octets = register();
      for (const cut of [10, 60, octets.length - 1, octets.length]) {
        await Promise.all(
          Array.from({ length: 10 }, () =>
            exchange(service, [octets.subarray(0, cut), 5, HALF_CLOSE], { answers: 0 }),
          ),
        );
      }
      expect(service.alive()).toBe(true);
      expect(service.output()).not.toMatch(/"level":"error"|unhandled|UnhandledPromise/i);
    });
    test('Upgrade is ignored', async () => {
      const headers = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x'];
      expect(
        (await exchange(service, [request('GET /health/live HTTP/1.1', headers)])).answers,
      ).toMatchObject([{ status: 200 }]);
    });
    test('CONNECT opens no tunnel', async () => {
      const { answers } = await exchange(service, [
        request('CONNECT example.com:443 HTTP/1.1', ['Host: example.com:443']),
      ]);
      expect(answers.filter(({ status }) => status < 400)).toEqual([]);
    });
  });
});
