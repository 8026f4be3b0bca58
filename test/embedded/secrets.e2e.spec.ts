import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { type RunningService, startService } from '../support/service.js';

// Every kind of request, refused and failed ones too, across SIGKILL and restart; then everything that the service has
// written or said is searched (design §8, spec S10). Unusual values, so that nothing else can look like them.
const USER_AGENT = 'Personal-Agent/7.7 (someone)';
const ADDRESS = '203.0.113.77';
const CONTACTS = ['first.person@private.example', 'second.person@private.example'];
const STATEMENT = 'eyJhbGciOiJub25lIn0.eyJwZXJzb24iOiJzb21lb25lIn0.';
const OPERATOR_TOKEN = 'Operator-Token-0123456789-abcdefghij';
const PERSONAL = [USER_AGENT, ADDRESS, ...CONTACTS, STATEMENT];
/** Files that hold secrets by their purpose (design §8); everything else must not. */
const KEY_FILES = ['admin-tokens', 'auditor-tokens', 'master-key', 'secret-recipient-private-key.json'];

const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-secrets-'));
/** Every secret that was ever issued, sent or generated. */
const secrets = new Set<string>([OPERATOR_TOKEN]);
/** Everything that anybody can read: answers that refuse or fail, and the public pages. */
const said: { from: string; text: string }[] = [];
let output = '';
let service: RunningService;

type Answer = { status: number; body: Record<string, unknown> };
type Ask = { method?: string; body?: unknown; token?: string; raw?: string };

async function ask(at: string, { method = 'GET', body, token, raw }: Ask = {}): Promise<Answer> {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(at.startsWith('http') ? at : service.url + at, {
    method,
    headers: {
      'user-agent': USER_AGENT,
      'x-forwarded-for': ADDRESS,
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const text = await response.text();
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  said.push({
    from: `${method} ${at} (${response.status})`,
    text: response.ok ? headers : `${headers}\n${text}`,
  });
  const answer = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
  for (const member of ['client_secret', 'registration_access_token']) {
    if (typeof answer[member] === 'string') secrets.add(answer[member]);
  }
  return { status: response.status, body: answer };
}

async function start(): Promise<void> {
  service = await startService({
    directory,
    env: {
      ROLLBOOK_TRUSTED_PROXIES: 'loopback',
      ROLLBOOK_LOG_LEVEL: 'debug',
      ROLLBOOK_RAT_ROTATION: 'on-update',
    },
  });
}

async function end(how: 'stop' | 'kill'): Promise<void> {
  await service[how]();
  output += service.output();
}

const METADATA = {
  redirect_uris: ['https://app.example/callback'],
  client_name: 'Searched',
  contacts: CONTACTS,
  software_statement: STATEMENT,
};
type Registered = { client_id: string; client_secret: string; registration_access_token: string };
async function register(metadata: object = METADATA): Promise<Registered & { uri: string }> {
  const { status, body } = await ask('/connect/register', { method: 'POST', body: metadata });
  expect([status, body['error_description']]).toEqual([201, undefined]);
  const registered = body as Registered;
  return { ...registered, uri: `/connect/register?client_id=${registered.client_id}` };
}

/** Runs of changes, refusals and failures, the way clients, operators, auditors and attackers make them. */
async function mixedRun(): Promise<void> {
  const client = await register();
  const sealed = await register({ ...METADATA, token_endpoint_auth_method: 'client_secret_jwt' });
  const gone = await register();
  const { registration_access_token: first, client_id, client_secret, uri } = client;

  const changed = { ...METADATA, client_id, client_secret, client_name: 'Changed' };
  const update = await ask(uri, { method: 'PUT', body: changed, token: first });
  expect(update.status).toBe(200);
  const token = update.body['registration_access_token'] as string;
  await ask(uri, { method: 'PUT', token, body: { ...changed, policy_uri: `https://app.example/${token}` } });
  await ask(uri, { method: 'PUT', token, body: { ...changed, client_name: client_secret } });
  await ask(uri, { method: 'PUT', token, body: { ...changed, redirect_uris: [`x ${client_secret}`] } });
  await ask(uri, { method: 'PUT', token, body: { ...changed, client_secret: sealed.client_secret } });
  await ask(uri, { method: 'PUT', token, raw: `{"client_secret":"${client_secret}","client_secret":1}` });
  await ask(uri, { method: 'PUT', token, raw: `{"client_secret":"${client_secret}",${CONTACTS[0]}` });
  const secret = uri.replace('/register', '/register/secret');
  expect((await ask(secret, { method: 'POST', token, body: { overlap_seconds: 60 } })).status).toBe(200);
  await ask(secret, { method: 'POST', token, body: { overlap_seconds: token } });
  await ask(sealed.uri.replace('/register', '/register/secret'), {
    method: 'POST',
    token: sealed.registration_access_token,
  });

  await ask(uri, { token: sealed.registration_access_token });
  await ask(uri, { token: `${token} ${CONTACTS[0]}` });
  await ask(`${uri}&access_token=${token}`);
  await ask(`/connect/register?client_id=${token}`, { token });
  await ask(`/connect/${token}/%ff?${client_secret}`, { token });
  await ask('/connect/register', { method: 'POST', token, body: METADATA });
  await ask('/connect/register', { method: 'POST', body: { ...METADATA, contacts: [1, ...CONTACTS] } });
  await ask('/connect/register', { method: 'POST', body: { ...METADATA, jwks: { keys: [{ d: token }] } } });
  await ask('/connect/register/validate', { method: 'POST', body: METADATA });
  expect((await ask(gone.uri, { method: 'DELETE', token: gone.registration_access_token })).status).toBe(204);
  await ask(gone.uri, { token: gone.registration_access_token });

  const admin = service.adminToken();
  const at = `/admin/clients/${client_id}`;
  await ask(`/admin/clients?name=${token}`, { token });
  await ask(`/admin/clients?cursor=${token}`, { token: admin });
  await ask(`${at}/suspend`, { method: 'POST', token: admin, body: { reason: 'looked at' } });
  await ask(uri, { token });
  await ask(`${at}/reinstate`, { method: 'POST', token: admin, body: {} });
  await ask(`${at}/secret`, { method: 'POST', token: admin, body: {} });
  await ask(`${at}/registration-access-token`, { method: 'POST', token: admin, body: {} });
  await ask('/audit/events', { token: admin });
  await ask(`/audit/events?type=${admin}`, { token: service.auditorToken() });
}

async function publicPages(): Promise<void> {
  for (const at of ['/metrics', '/health/live', '/health/ready', '/.well-known/openid-configuration']) {
    said.push({ from: at, text: await (await fetch(service.url + at)).text() });
  }
  said.push({ from: 'export', text: await service.audit('/audit/events.ndjson') });
  said.push({ from: 'events', text: await service.audit('/audit/events?limit=1000') });
}

/** Exchanges what the keys of personal data derive from: reading them is a failure that nobody has foreseen. */
function confuseKeys(): void {
  const keys = new Database(path.join(directory, 'keys.sqlite'));
  keys.exec('UPDATE keys SET salt = randomblob(32)');
  keys.close();
}

beforeAll(async () => {
  await start();
  secrets.add(service.adminToken()).add(service.auditorToken());
  const masterKey = readFileSync(path.join(directory, 'master-key'), 'utf8').trim();
  secrets.add(masterKey).add(Buffer.from(masterKey, 'base64url').toString('hex'));
  const privateKey = readFileSync(path.join(directory, 'secret-recipient-private-key.json'), 'utf8');
  secrets.add((JSON.parse(privateKey) as { d: string }).d);
  await mixedRun();
  await end('kill');

  await start();
  await mixedRun();
  await publicPages();
  const { uri, registration_access_token: token } = await register();
  await end('stop');

  confuseKeys();
  await start();
  expect(await ask(uri, { token })).toMatchObject({ status: 500, body: { error: 'server_error' } });
  await publicPages();
  await end('kill');
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A secret as it could have got somewhere: its characters, or its octets in another notation. */
const notations = (text: string): Buffer[] => [
  Buffer.from(text),
  Buffer.from(text, 'utf16le'),
  Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '')),
  Buffer.from(Buffer.from(text).toString('hex')),
];

function found(haystack: Buffer, needles: Iterable<string>): number {
  let count = 0;
  for (const needle of needles) if (notations(needle).some((one) => haystack.includes(one))) count += 1;
  return count;
}

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

test('the run has met secrets of every kind, and the search finds what is there', () => {
  expect(found(readFileSync(path.join(directory, 'log.sqlite')), [METADATA.client_name])).toBe(1);
  expect(found(readFileSync(path.join(directory, 'master-key')), secrets)).toBe(1);
  expect(secrets.size).toBeGreaterThan(20);
  expect(said.some(({ from }) => from.includes('(500)'))).toBe(true);
  expect(filesOf(directory).map((file) => path.basename(file))).toEqual(
    expect.arrayContaining([...KEY_FILES, 'log.sqlite', 'log.sqlite-wal', 'keys.sqlite', 'models.sqlite']),
  );
});

test('spec S10 · no secret, token or personal datum in any file, the named key files apart', () => {
  for (const file of filesOf(directory)) {
    const content = readFileSync(file);
    const name = path.basename(file);
    expect({ name, personal: found(content, PERSONAL) }).toEqual({ name, personal: 0 });
    if (!KEY_FILES.includes(name)) {
      expect({ name, secrets: found(content, secrets) }).toEqual({ name, secrets: 0 });
    }
  }
});

test('spec S10 · nor in what the service logs, at its most talkative', () => {
  expect(output).toContain('authentication failed');
  expect(output).toContain('request failed');
  expect(found(Buffer.from(output), [...secrets, ...PERSONAL])).toBe(0);
});

test('spec S10 · nor in refusals, failures, header fields, metrics, health, exports', () => {
  for (const { from, text } of said) {
    expect({ from, found: found(Buffer.from(text), [...secrets, ...PERSONAL]) }).toEqual({ from, found: 0 });
  }
});

test('design §12 · the data directory and all its files are for their owner only', () => {
  expect((statSync(directory).mode & 0o777).toString(8)).toBe('700');
  for (const file of filesOf(directory)) {
    const name = path.basename(file);
    expect({ name, mode: (statSync(file).mode & 0o777).toString(8) }).toEqual({ name, mode: '600' });
  }
});
