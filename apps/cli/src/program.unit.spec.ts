import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fakeTerminal, type Answer } from '../testing/fake-terminal.js';
import { EXIT } from './exit-codes.js';
import { run } from './program.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rollbook-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: unknown) => {
  const where = path.join(folder, name);
  writeFileSync(where, typeof content === 'string' ? content : JSON.stringify(content));
  return where;
};

const SAVED = {
  client_id: 'c1',
  client_secret: 'secret-of-c1',
  client_secret_expires_at: 0,
  registration_access_token: 'rat-of-c1',
  registration_client_uri: 'https://rollbook.example/connect/register?client_id=c1',
};
const METADATA = { client_name: 'My Example', redirect_uris: ['https://example.com/callback'] };
const metadata = file('metadata.json', METADATA);
const saved = file('saved.json', SAVED);

const PAGE = {
  items: [{ client_id: 'c1', client_id_issued_at: 1_790_000_000, status: 'active', metadata: METADATA }],
  next: null,
  readModel: { position: 1, head: 3, lagSeconds: 1 },
};
const CHANGE = {
  position: 2,
  streamVersion: 2,
  recordedAt: '2026-11-24T00:00:00.000Z',
  type: 'ClientUpdated',
  actor: { kind: 'operator', ref: 'ops' },
  policyVersion: '0123456789abcdef',
  reason: 'as \u001basked',
  origin: { ip: '192.0.2.7', userAgent: 'x/1\u202e' },
  changes: [{ member: 'client_name', before: 'Old', after: '\u202eNew\u001b[31m' }],
};
const EVENT = '{"type":"ClientRegistered"}';
const LAST = JSON.stringify({
  export: { from: 1, to: 1, count: 1, sha256: createHash('sha256').update(`${EVENT}\n`).digest('hex') },
});
const REPORT = { position: 1, events: 1, clients: 1, equal: true, differences: [], seconds: 0.1 };
const PARKED = { client_id: 'c1', reason: 'a\u001bdefect', firstVersion: 2, position: 44, skippedEvents: 3 };
const projection = (modelVersion: number, rebuild: object | null) => ({
  body: { items: [{ name: 'clients', modelVersion, lastError: null, rebuild }] },
});

type Case = {
  args: string[];
  answers: Answer[];
  sends: { method: string; url: string; body?: unknown; authorization?: string }[];
  says?: string;
  exit?: keyof typeof EXIT;
};
const BEARER = 'Bearer token-of-the-test';
const LOCAL = 'http://localhost:3000';

/** One row or more for every file of `commands/`. */
const CASES: Record<string, Case> = {
  'register · sends the file, without a token': {
    args: ['register', metadata],
    answers: [{ status: 201, body: SAVED }],
    sends: [{ method: 'POST', url: `${LOCAL}/connect/register`, body: METADATA }],
    says: '"client_id": "c1"',
  },
  'register · a member given as a flag goes over the file': {
    args: [
      'register',
      metadata,
      '--client-name',
      'Other',
      '--grant-types',
      'authorization_code',
      'refresh_token',
    ],
    answers: [{ status: 201, body: SAVED }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/connect/register`,
        body: { ...METADATA, client_name: 'Other', grant_types: ['authorization_code', 'refresh_token'] },
      },
    ],
  },
  'register · flags alone, numbers and booleans typed': {
    args: ['register', '--default-max-age', '0', '--require-auth-time'],
    answers: [{ status: 201, body: SAVED }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/connect/register`,
        body: { default_max_age: 0, require_auth_time: true },
      },
    ],
  },
  'register · a refusal names every violation': {
    args: ['register', metadata],
    answers: [
      {
        status: 400,
        body: {
          error: 'invalid_redirect_uri',
          error_description: 'redirect_uris: use https',
          violations: [
            { members: ['redirect_uris'], rule: 'r', section: 'RFC 7591 §5', message: 'use https' },
          ],
        },
      },
    ],
    sends: [{ method: 'POST', url: `${LOCAL}/connect/register`, body: METADATA }],
    exit: 'refused',
  },
  'validate · the dry run': {
    args: ['validate', metadata],
    answers: [{ body: { metadata: METADATA, warnings: [] } }],
    sends: [{ method: 'POST', url: `${LOCAL}/connect/register/validate`, body: METADATA }],
    says: '"warnings": []',
  },
  'get · with the saved answer, at the URI as given (RFC 7592 §3)': {
    args: ['get', '--client', saved],
    answers: [{ body: SAVED }],
    sends: [{ method: 'GET', url: SAVED.registration_client_uri, authorization: 'Bearer rat-of-c1' }],
  },
  'get · by client_id with the token of the environment': {
    args: ['--url', 'http://localhost:4000/', 'get', 'a b'],
    answers: [{ body: SAVED }],
    sends: [
      { method: 'GET', url: 'http://localhost:4000/connect/register?client_id=a%20b', authorization: BEARER },
    ],
  },
  'update · puts client_id into the record (RFC 7592 §2.2)': {
    args: ['update', metadata, '--id', 'c1'],
    answers: [{ body: METADATA }],
    sends: [
      {
        method: 'PUT',
        url: `${LOCAL}/connect/register?client_id=c1`,
        body: { ...METADATA, client_id: 'c1' },
        authorization: BEARER,
      },
    ],
  },
  'delete · as the client': {
    args: ['delete', '--client', saved],
    answers: [{ status: 204 }],
    sends: [{ method: 'DELETE', url: SAVED.registration_client_uri, authorization: 'Bearer rat-of-c1' }],
  },
  'delete · as an operator, with a reason': {
    args: ['delete', 'c1', '--operator', '--reason', 'retired'],
    answers: [{ status: 204 }],
    sends: [
      {
        method: 'DELETE',
        url: `${LOCAL}/admin/clients/c1`,
        body: { reason: 'retired' },
        authorization: BEARER,
      },
    ],
  },
  'rotate-secret · below the configuration endpoint': {
    args: ['rotate-secret', 'c1', '--overlap-seconds', '0'],
    answers: [{ body: SAVED }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/connect/register/secret?client_id=c1`,
        body: { overlap_seconds: 0 },
        authorization: BEARER,
      },
    ],
  },
  'rotate-secret · as an operator': {
    args: ['rotate-secret', 'c1', '--operator'],
    answers: [{ body: SAVED }],
    sends: [{ method: 'POST', url: `${LOCAL}/admin/clients/c1/secret`, body: {}, authorization: BEARER }],
  },
  'list · filters become the query': {
    args: ['list', '--name', 'my', '--token-endpoint-auth-method', 'none', '--redirect-host', 'example.com'],
    answers: [{ body: PAGE }],
    sends: [
      {
        method: 'GET',
        url: `${LOCAL}/admin/clients?name=my&redirectHost=example.com&token_endpoint_auth_method=none`,
        authorization: BEARER,
      },
    ],
    says: 'c1         2026-',
  },
  'list · --all follows the pages': {
    args: ['list', '--all'],
    answers: [{ body: { ...PAGE, next: 'abc' } }, { body: PAGE }],
    sends: [
      { method: 'GET', url: `${LOCAL}/admin/clients`, authorization: BEARER },
      { method: 'GET', url: `${LOCAL}/admin/clients?cursor=abc`, authorization: BEARER },
    ],
  },
  'show · one client': {
    args: ['show', 'c/1'],
    answers: [{ body: { client_id: 'c/1' } }],
    sends: [{ method: 'GET', url: `${LOCAL}/admin/clients/c%2F1`, authorization: BEARER }],
  },
  'show · a client_id that begins with -': {
    args: ['show', '--', '-c1'],
    answers: [{ body: { client_id: '-c1' } }],
    sends: [{ method: 'GET', url: `${LOCAL}/admin/clients/-c1`, authorization: BEARER }],
  },
  'suspend · with its reason': {
    args: ['suspend', 'c1', '--reason', 'abuse'],
    answers: [{ body: {} }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/admin/clients/c1/suspend`,
        body: { reason: 'abuse' },
        authorization: BEARER,
      },
    ],
  },
  'reinstate · with its reason': {
    args: ['reinstate', 'c1', '--reason', 'settled'],
    answers: [{ body: {} }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/admin/clients/c1/reinstate`,
        body: { reason: 'settled' },
        authorization: BEARER,
      },
    ],
  },
  'new-access-token · for a client that lost it': {
    args: ['new-access-token', 'c1'],
    answers: [{ body: SAVED }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/admin/clients/c1/registration-access-token`,
        body: {},
        authorization: BEARER,
      },
    ],
  },
  'rebuild · waits for the switch': {
    args: ['rebuild'],
    answers: [
      projection(1, null),
      { status: 202, body: {} },
      projection(1, { state: 'building', position: 1, head: 2, differences: 0 }),
      projection(2, null),
    ],
    sends: [
      { method: 'GET', url: `${LOCAL}/admin/projections`, authorization: BEARER },
      { method: 'POST', url: `${LOCAL}/admin/projections/clients/rebuild`, body: {}, authorization: BEARER },
      { method: 'GET', url: `${LOCAL}/admin/projections`, authorization: BEARER },
      { method: 'GET', url: `${LOCAL}/admin/projections`, authorization: BEARER },
    ],
    says: 'model version 2',
  },
  'parked · list: who, since when, and why': {
    args: ['parked', 'list'],
    answers: [{ body: { items: [PARKED] } }],
    sends: [{ method: 'GET', url: `${LOCAL}/admin/projections/clients/parked`, authorization: BEARER }],
    says: 'c1         2        44        3        a\u{FFFD}defect',
  },
  'parked · retry: one client': {
    args: ['parked', 'retry', 'c/1'],
    answers: [{ body: { client_id: 'c/1', applied: true } }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/admin/projections/clients/parked/c%2F1/retry`,
        body: {},
        authorization: BEARER,
      },
    ],
    says: 'c/1: applied',
  },
  'parked · retry: everyone; one is parked anew': {
    args: ['parked', 'retry', '--all'],
    answers: [
      { body: { items: [PARKED, { ...PARKED, client_id: 'c2' }] } },
      { body: { client_id: 'c1', applied: false } },
      { body: { client_id: 'c2', applied: true } },
    ],
    sends: [
      { method: 'GET', url: `${LOCAL}/admin/projections/clients/parked`, authorization: BEARER },
      {
        method: 'POST',
        url: `${LOCAL}/admin/projections/clients/parked/c1/retry`,
        body: {},
        authorization: BEARER,
      },
      {
        method: 'POST',
        url: `${LOCAL}/admin/projections/clients/parked/c2/retry`,
        body: {},
        authorization: BEARER,
      },
    ],
    says: 'c1: parked anew\nc2: applied',
    exit: 'unequal',
  },
  'parked · retry: a client that is not parked': {
    args: ['parked', 'retry', 'c1'],
    answers: [{ status: 404, body: { error: 'not_found', error_description: 'this client is not parked' } }],
    sends: [
      {
        method: 'POST',
        url: `${LOCAL}/admin/projections/clients/parked/c1/retry`,
        body: {},
        authorization: BEARER,
      },
    ],
    exit: 'refused',
  },
  'history · before and after, nothing that steers a terminal': {
    args: ['history', 'c1'],
    answers: [{ body: { items: [CHANGE], next: null } }],
    sends: [{ method: 'GET', url: `${LOCAL}/audit/clients/c1/history`, authorization: BEARER }],
    says: 'reason: as \u{FFFD}asked\n    from: 192.0.2.7 x/1\u{FFFD}\n    client_name: Old -> \u{FFFD}New\u{FFFD}[31m',
  },
  'history · --at gives the state at a moment': {
    args: ['history', 'c1', '--at', '7'],
    answers: [{ body: { status: 'active' } }],
    sends: [{ method: 'GET', url: `${LOCAL}/audit/clients/c1?at=7`, authorization: BEARER }],
  },
  'export · the exact lines, checked against the last': {
    args: ['export'],
    answers: [{ text: `${EVENT}\n${LAST}\n` }],
    sends: [{ method: 'GET', url: `${LOCAL}/audit/events.ndjson`, authorization: BEARER }],
    says: `${EVENT}\n${LAST}\n`,
  },
  'export · cut short is noticed': {
    args: ['export'],
    answers: [{ text: `${EVENT}\n` }],
    sends: [{ method: 'GET', url: `${LOCAL}/audit/events.ndjson`, authorization: BEARER }],
    exit: 'unequal',
  },
  'replay · equal': {
    args: ['replay'],
    answers: [{ text: `{"position":0,"head":1}\n${JSON.stringify(REPORT)}\n` }],
    sends: [{ method: 'GET', url: `${LOCAL}/audit/replay`, authorization: BEARER }],
    says: '1 events to position 1 folded into 1 clients in 0.1 s: equal to the read model',
  },
  'replay · not equal': {
    args: ['replay'],
    answers: [{ text: `${JSON.stringify({ ...REPORT, equal: false, differences: [{}] })}\n` }],
    sends: [{ method: 'GET', url: `${LOCAL}/audit/replay`, authorization: BEARER }],
    exit: 'unequal',
  },
  'show · an unknown token': {
    args: ['show', 'c1'],
    answers: [{ status: 401, body: { error: 'invalid_token' } }],
    sends: [{ method: 'GET', url: `${LOCAL}/admin/clients/c1`, authorization: BEARER }],
    exit: 'unauthorized',
  },
  'show · a service that is away': {
    args: ['show', 'c1'],
    answers: [],
    sends: [{ method: 'GET', url: `${LOCAL}/admin/clients/c1`, authorization: BEARER }],
    exit: 'unavailable',
  },
  'show · an address that is no Rollbook': {
    args: ['show', 'c1'],
    answers: [{ text: '<html>' }],
    sends: [{ method: 'GET', url: `${LOCAL}/admin/clients/c1`, authorization: BEARER }],
    exit: 'unavailable',
  },
};

describe('every command', () => {
  test.each(Object.entries(CASES))('%s', async (_name, { args, answers, sends, says, exit = 'ok' }) => {
    const { terminal, sent, out } = fakeTerminal({ answers });
    expect(await run(args, terminal)).toBe(EXIT[exit].code);
    expect(sent).toEqual(sends.map((row) => ({ body: undefined, authorization: undefined, ...row })));
    if (says !== undefined) expect(out()).toContain(says);
  });

  test('has a case, and help with an example', async () => {
    const commands = readdirSync(path.join(import.meta.dirname, 'commands')).map((name) =>
      name.replace('.ts', ''),
    );
    for (const command of commands) {
      expect(Object.keys(CASES)).toContainEqual(expect.stringMatching(new RegExp(`^${command} · `)));
      const { terminal, out } = fakeTerminal();
      expect(await run([command, '--help'], terminal)).toBe(0);
      expect(out()).toMatch(/Examples:\n {2}\$ /);
    }
  });

  test.each(['list', 'retry'])('parked %s has help with an example', async (verb) => {
    const { terminal, out } = fakeTerminal();
    expect(await run(['parked', verb, '--help'], terminal)).toBe(0);
    expect(out()).toMatch(/Examples:\n {2}\$ .* rollbook parked/);
  });
});

describe('arguments', () => {
  test.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['list', '--colour']],
    ['no metadata at all', ['register']],
    ['a file that is not there', ['register', path.join(folder, 'absent.json')]],
    ['a file that is not JSON', ['register', file('broken.json', '{')]],
    ['a file that is not an object', ['register', file('list.json', '[]')]],
    ['a saved file without a token', ['get', '--client', file('short.json', { client_id: 'c1' })]],
    ['no client at all', ['get']],
    ['two clients that differ', ['get', 'c2', '--client', saved]],
    ['parked without a verb', ['parked']],
    ['a retry of nobody', ['parked', 'retry']],
    ['a retry of one and all', ['parked', 'retry', 'c1', '--all']],
    ['an overlap that is no number', ['rotate-secret', 'c1', '--overlap-seconds', 'soon']],
  ])('%s · exit 2, nothing sent', async (_name, args) => {
    const { terminal, sent, err, out } = fakeTerminal();
    expect(await run(args, terminal)).toBe(EXIT.usage.code);
    expect(sent).toEqual([]);
    expect(err() + out()).not.toBe('');
  });

  test('no token · exit 3, nothing sent', async () => {
    const { terminal, sent, err } = fakeTerminal({ env: {} });
    expect(await run(['list'], terminal)).toBe(EXIT.unauthorized.code);
    expect(sent).toEqual([]);
    expect(err()).toContain('ROLLBOOK_TOKEN');
  });

  test('the token file of the service, lines name:token, works as it is', async () => {
    const env = { ROLLBOOK_TOKEN_FILE: file('tokens', 'admin:from-the-file\nsecond:x\n') };
    const { terminal, sent } = fakeTerminal({ env, answers: [{ body: PAGE }] });
    expect(await run(['list', '--json'], terminal)).toBe(0);
    expect(sent[0]?.authorization).toBe('Bearer from-the-file');
  });

  test('- reads standard input', async () => {
    const { terminal, sent } = fakeTerminal({
      stdin: JSON.stringify(METADATA),
      answers: [{ status: 201, body: SAVED }],
    });
    expect(await run(['register', '-'], terminal)).toBe(0);
    expect(sent[0]?.body).toEqual(METADATA);
  });
});

describe('--save and --client', () => {
  test('register --save keeps the answer for its owner only (0600)', async () => {
    const where = path.join(folder, 'kept.json');
    const { terminal } = fakeTerminal({ answers: [{ status: 201, body: SAVED }] });
    expect(await run(['register', metadata, '--save', where], terminal)).toBe(0);
    expect(statSync(where).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(where, 'utf8'))).toEqual(SAVED);
  });

  test('RFC 7592 §2.2 · an update without a fresh secret keeps the saved one', async () => {
    const where = file('mine.json', SAVED);
    const { client_secret: _secret, client_secret_expires_at: _expires, ...shown } = SAVED;
    const { terminal } = fakeTerminal({ answers: [{ body: { ...shown, client_name: 'New' } }] });
    expect(await run(['update', metadata, '--client', where], terminal)).toBe(0);
    expect(JSON.parse(readFileSync(where, 'utf8'))).toEqual({ ...SAVED, client_name: 'New' });
  });

  test('a rotation replaces the saved secret', async () => {
    const where = file('turned.json', SAVED);
    const fresh = { ...SAVED, client_secret: 'fresh' };
    const { terminal } = fakeTerminal({ answers: [{ body: fresh }] });
    expect(await run(['rotate-secret', '--client', where], terminal)).toBe(0);
    expect(JSON.parse(readFileSync(where, 'utf8'))).toEqual(fresh);
  });

  test('nothing is kept unless asked', async () => {
    const before = readdirSync(folder);
    const { terminal } = fakeTerminal({ answers: [{ status: 201, body: SAVED }] });
    await run(['register', metadata], terminal);
    expect(readdirSync(folder)).toEqual(before);
  });
});

test('--json · a refusal is the service’s own answer on stderr', async () => {
  const answer = { error: 'invalid_client_metadata', error_description: 'scope: …' };
  const { terminal, err } = fakeTerminal({ answers: [{ status: 400, body: answer }] });
  expect(await run(['--json', 'validate', metadata], terminal)).toBe(EXIT.refused.code);
  expect(JSON.parse(err())).toEqual(answer);
});

test('progress is drawn only where somebody watches', async () => {
  for (const isTerminal of [true, false]) {
    const { terminal, err } = fakeTerminal({
      isTerminal,
      answers: [{ text: `{"position":1,"head":2}\n${JSON.stringify(REPORT)}\n` }],
    });
    await run(['replay'], terminal);
    expect(err().includes('replayed: 1 of 2 (50 %)')).toBe(isTerminal);
  }
});
