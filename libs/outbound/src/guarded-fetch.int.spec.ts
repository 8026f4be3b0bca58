import { createGuardedFetch, type GuardedFetchOptions, OutboundError } from '@rollbook/outbound';
import { startTlsServer, testCertificate, type TestTlsServer } from '@rollbook-testing/outbound';
import { execFile } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const HOST = 'sector.example';
const DOCUMENT = '["https://app.example/callback"]';

const json: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(DOCUMENT);
};
const answer =
  (status: number, headers: Record<string, string>, body: string | Buffer = DOCUMENT): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
const typed = (contentType: string, body?: string | Buffer) =>
  answer(200, { 'content-type': contentType }, body);

/** What each path of the test server does. */
const ROUTES: Record<string, RequestListener> = {
  '/ok': json,
  '/ok?v=1': json,
  '/suffix': typed('application/vnd.example+json;charset=utf-8'),
  '/upper': typed('Application/JSON'),
  '/exact': typed('application/json', `"${'x'.repeat(1022)}"`),
  '/one-more': typed('application/json', `"${'x'.repeat(1023)}"`),
  '/redirect-metadata': answer(302, { location: 'http://169.254.169.254/latest/meta-data' }),
  '/redirect-loopback': answer(307, { location: 'https://127.0.0.1/admin' }),
  '/redirect-self': answer(308, { location: '/ok' }),
  '/created': answer(201, { 'content-type': 'application/json' }),
  '/no-content': answer(204, {}, ''),
  '/missing': answer(404, { 'content-type': 'application/json' }),
  '/failing': answer(503, { 'content-type': 'application/json' }),
  '/html': typed('text/html'),
  '/text-json': typed('text/json'),
  '/jsonp': typed('application/json-p'),
  '/untyped': answer(200, {}),
  '/gzip': answer(
    200,
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    gzipSync(DOCUMENT),
  ),
  '/truncated-json': typed('application/json', '["https://app.example/'),
  '/empty': typed('application/json', ''),
  '/latin1': typed('application/json', Buffer.from([0x22, 0xe9, 0x22])),
  '/bom': typed('application/json', Buffer.from([0xef, 0xbb, 0xbf, 0x5b, 0x5d])),
  '/big-length': answer(200, { 'content-type': 'application/json', 'content-length': '999999999' }, '['),
  '/slow-headers': () => undefined,
  '/slow-body': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  },
  '/endless-body': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (response.write(Buffer.alloc(16_384, ' ')));
    };
    response.on('drain', more);
    more();
  },
  '/broken-off': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('[', () => response.destroy());
  },
  '/switching': (request) => {
    request.socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
  },
  '/not-http': (request) => {
    request.socket.end('hello\r\n');
  },
  '/huge-headers': answer(200, { 'content-type': 'application/json', 'x-large': 'x'.repeat(40_000) }),
};

let server: TestTlsServer;
beforeAll(async () => {
  server = await startTlsServer(
    (request, response) => (ROUTES[request.url ?? ''] ?? answer(404, {}))(request, response),
    [HOST, 'localhost', '127.0.0.1'],
  );
});
afterAll(() => server.close());

/** Fetches with loopback allowed and every name resolving to it, unless the case says otherwise. */
async function fetching(url: string, options: Partial<GuardedFetchOptions> = {}): Promise<unknown> {
  const guarded = createGuardedFetch({
    allowedNetworks: ['127.0.0.0/8'],
    userAgent: 'Rollbook/test',
    timeoutMs: 20_000, // a busy machine must not turn a refusal into a timeout
    resolve: async () => ['127.0.0.1'],
    ca: server.ca,
    ...options,
  });
  try {
    return await guarded.fetchJson(url, { maxBytes: 1024 });
  } finally {
    await guarded.close();
  }
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof OutboundError ? error.reason : `not an OutboundError: ${String(error)}`;
  }
  return 'none';
}

test.each([['/ok'], ['/ok?v=1'], ['/suffix'], ['/upper']])(
  'spec 4.6 · a JSON document is given: %s',
  async (path) => {
    expect(await fetching(server.url(path))).toEqual(['https://app.example/callback']);
  },
);

test('spec S1 · a document of exactly the largest size is given', async () => {
  expect(await fetching(server.url('/exact'))).toHaveLength(1022);
});

test('spec S1 · the request carries our name, no cookies, no encodings, and the name as SNI and Host', async () => {
  await fetching(server.url('/ok'));
  const received = server.requests.at(-1);
  expect(received?.headers).toEqual({
    host: `${HOST}:${server.port}`,
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'Rollbook/test',
    connection: 'close',
  });
  expect(received?.socket).toMatchObject({ servername: HOST });
});

test('spec S1 · the system resolver knows localhost, and an IPv4 literal needs none', async () => {
  const networks = { allowedNetworks: ['127.0.0.0/8', '::1/128'] };
  expect(await fetching(server.url('/ok', 'localhost'), { ...networks, resolve: undefined })).toHaveLength(1);
  expect(await fetching(server.url('/ok', '127.0.0.1'), { resolve: async () => [] })).toHaveLength(1);
});

test.each<[claim: string, reason: string, path: string]>([
  ['a redirect to link-local is not followed', 'redirect', '/redirect-metadata'],
  ['a redirect to loopback is not followed', 'redirect', '/redirect-loopback'],
  ['a redirect to the same host is not followed', 'redirect', '/redirect-self'],
  ['201 is not 200', 'status', '/created'],
  ['204 is not 200', 'status', '/no-content'],
  ['404 is not 200', 'status', '/missing'],
  ['503 is not 200', 'status', '/failing'],
  ['101 is not 200', 'status', '/switching'],
  ['HTML is not JSON', 'media_type', '/html'],
  ['text/json is not a JSON type', 'media_type', '/text-json'],
  ['application/json-p is not a JSON type', 'media_type', '/jsonp'],
  ['a media type is needed', 'media_type', '/untyped'],
  ['content encodings are refused', 'media_type', '/gzip'],
  ['a cut document is not JSON', 'not_json', '/truncated-json'],
  ['an empty document is not JSON', 'not_json', '/empty'],
  ['Latin-1 is not UTF-8', 'not_json', '/latin1'],
  ['a byte order mark is not JSON', 'not_json', '/bom'],
  ['one octet too many is too large', 'too_large', '/one-more'],
  ['an announced length is believed when too large', 'too_large', '/big-length'],
  ['an endless body is cut off', 'too_large', '/endless-body'],
  ['header section that never comes', 'timeout', '/slow-headers'],
  ['a body that drips', 'timeout', '/slow-body'],
  ['a connection that ends early', 'network', '/broken-off'],
  ['an answer that is not HTTP', 'network', '/not-http'],
  ['a header section without end', 'network', '/huge-headers'],
])('spec S1 · %s: %s', async (_claim, reason, path) => {
  const options = reason === 'timeout' ? { timeoutMs: 200 } : {};
  expect(await reasonOf(fetching(server.url(path), options))).toBe(reason);
});

test.each<[claim: string, addresses: string[]]>([
  ['loopback', ['127.0.0.1']],
  ['link-local, the cloud metadata service', ['169.254.169.254']],
  ['IPv4-mapped private', ['::ffff:10.0.0.1']],
  ['unique local', ['fd00::']],
  ['IPv6 loopback', ['::1']],
  ['unspecified', ['0.0.0.0']],
  ['one private among public ones', ['93.184.216.34', '10.0.0.1']],
  ['one loopback after a public IPv6', ['2606:2800:220:1::1', '::1']],
  ['what is no address at all', ['localhost']],
])('spec S1 · a name that resolves to %s is refused before any connection', async (_claim, addresses) => {
  const before = server.requests.length;
  const work = fetching(server.url('/ok'), { allowedNetworks: [], resolve: async () => addresses });
  expect(await reasonOf(work)).toBe('address');
  expect(server.requests).toHaveLength(before);
});

test('spec S1 · every address must be in an allowed network, not only one', async () => {
  const work = fetching(server.url('/ok'), { resolve: async () => ['127.0.0.1', '10.0.0.1'] });
  expect(await reasonOf(work)).toBe('address');
});

test.each([
  ['https://127.0.0.1/'],
  ['https://[::1]/'],
  ['https://[::ffff:7f00:1]/'],
  ['https://[fe80::1]/'],
  ['https://0x7f.1/'],
  ['https://2130706433/'],
  ['https://0177.0.0.1/'],
])('spec S1 · literal special-purpose address: %s', async (url) => {
  expect(await reasonOf(fetching(url, { allowedNetworks: [] }))).toBe('address');
});

test.each([
  ['http://sector.example/'],
  ['ftp://sector.example/'],
  ['file:///etc/passwd'],
  ['data:application/json,[]'],
  ['https://user:secret@sector.example/'],
  ['https://'],
  ['not a URL'],
])('spec S1 · only https without user information: %s', async (url) => {
  expect(await reasonOf(fetching(url))).toBe('scheme');
});

test('spec S1 · DNS rebinding: the resolver is asked once and the connection uses its answer', async () => {
  const answers = [['127.0.0.1'], ['10.0.0.1'], ['10.0.0.1']];
  let asked = 0;
  const resolve = async () => answers[asked++] ?? [];
  expect(await fetching(server.url('/ok'), { resolve })).toHaveLength(1);
  expect(asked).toBe(1);
});

test.each<[claim: string, reason: string, options: Partial<GuardedFetchOptions>]>([
  ['a name that does not exist', 'network', { resolve: () => Promise.reject(new Error('ENOTFOUND')) }],
  ['a name without addresses', 'network', { resolve: async () => [] }],
  ['a resolver that never answers', 'timeout', { resolve: () => new Promise(() => {}), timeoutMs: 50 }],
  ['a certificate nobody vouches for', 'network', { ca: undefined }],
])('spec S1 · %s: %s', async (_claim, reason, options) => {
  expect(await reasonOf(fetching(server.url('/ok'), options))).toBe(reason);
});

test('spec S1 · a trusted certificate for another name is refused', async () => {
  expect(await reasonOf(fetching(server.url('/ok', 'other.example')))).toBe('network');
});

test('spec S1 · the environment of the process neither switches verification off nor sets a proxy', async () => {
  const module = pathToFileURL('dist/libs/outbound/src/index.js').href;
  const script = (ca: string) => `
    import { createGuardedFetch } from ${JSON.stringify(module)};
    const guarded = createGuardedFetch({ allowedNetworks: ['127.0.0.0/8'], userAgent: 'Rollbook/test', timeoutMs: 20_000,
      resolve: async () => ['127.0.0.1'], ca: ${JSON.stringify(ca)} });
    console.log(await guarded.fetchJson(${JSON.stringify(server.url('/ok'))}, { maxBytes: 1024 }).then(() => 'document', (error) => error.reason));`;
  const dead = 'http://127.0.0.1:9';
  const env = {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_USE_ENV_PROXY: '1',
    HTTPS_PROXY: dead,
    https_proxy: dead,
  };
  const run = async (ca: string) =>
    (
      await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script(ca)], { env })
    ).stdout.trim();
  expect(await run(testCertificate([HOST]).cert)).toBe('network');
  expect(await run(server.ca)).toBe('document');
});

test('spec S1 · a closed port is a network error whose message shows nothing of the network', async () => {
  const error = await fetching('https://sector.example:1/').catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    reason: 'network',
    message: 'the host could not be reached over verified TLS',
  });
});

test('closing ends what is under way, and later requests fail at once', async () => {
  const guarded = createGuardedFetch({
    allowedNetworks: ['127.0.0.0/8'],
    userAgent: 'Rollbook/test',
    resolve: async () => ['127.0.0.1'],
    ca: server.ca,
  });
  const slow = reasonOf(guarded.fetchJson(server.url('/slow-body'), { maxBytes: 1024 }));
  await guarded.fetchJson(server.url('/ok'), { maxBytes: 1024 });
  await guarded.close();
  expect(await slow).toBe('network');
  expect(await reasonOf(guarded.fetchJson(server.url('/ok'), { maxBytes: 1024 }))).toBe('network');
});

test('spec S1 · no more fetches at once than allowed: who waits too long for a place is told so, without a request', async () => {
  const options = { allowedNetworks: ['127.0.0.0/8'], userAgent: 'Rollbook/test', ca: server.ca };
  const resolve = () => new Promise<string[]>((settle) => setTimeout(settle, 150, ['127.0.0.1']));
  const guarded = createGuardedFetch({ ...options, resolve, atOnce: 1, timeoutMs: 100 });
  const patient = createGuardedFetch({ ...options, resolve, atOnce: 1, timeoutMs: 20_000 });
  const ok = server.url('/ok');
  try {
    const before = server.requests.length;
    const hasty = [1, 2].map(() => reasonOf(guarded.fetchJson(ok, { maxBytes: 1024 })));
    expect(await Promise.all(hasty)).toEqual(['timeout', 'busy']);
    expect(server.requests).toHaveLength(before);
    await Promise.all([1, 2, 3].map(() => patient.fetchJson(ok, { maxBytes: 1024 })));
  } finally {
    await Promise.all([guarded.close(), patient.close()]);
  }
});
