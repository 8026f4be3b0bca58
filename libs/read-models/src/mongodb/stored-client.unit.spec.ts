import { anything, array, assert, dictionary, object, option, property, record, string } from 'fast-check';
import type { ClientDocument } from '../clients/document.js';
import { afterPrefix, filterOf } from './list-clients.js';
import { differencesFrom, documentOf, storedClient } from './stored-client.js';

const document = (metadata: ClientDocument['metadata']): ClientDocument => ({
  client_id: 'a',
  client_id_issued_at: 1_793_000_000,
  status: 'active',
  metadata,
  secrets: [],
  registeredAt: '2026-11-01T10:00:00.000Z',
  updatedAt: '2026-11-01T10:00:00.000Z',
  streamVersion: 1,
  position: 7,
  policyVersion: '0123456789abcdef',
});
const EXAMPLE = {
  client_name: 'Älpha',
  redirect_uris: ['https://Example.com/cb', 'https://example.com/cb2', 'app:/cb'],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  software_id: 's-1',
};

test('a client is stored with what lists filter by', () => {
  expect(storedClient(document(EXAMPLE), 7)).toEqual({
    ...document(EXAMPLE),
    client_id: undefined,
    _id: 'a',
    metadata: JSON.stringify(EXAMPLE),
    firstPosition: 7,
    name: 'älpha',
    software_id: 's-1',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['authorization_code'],
    redirectHosts: ['example.com'],
  });
});

test('what a client does not have is absent, so that it is in no index', () => {
  expect(Object.keys(storedClient(document({}), 7))).not.toEqual(
    expect.arrayContaining(['name', 'software_id', 'token_endpoint_auth_method', 'application_type']),
  );
});

test('the document comes back as it was, whatever its metadata', () => {
  const metadata = record(
    { client_name: string({ unit: 'binary' }), jwks: object(), software_id: option(anything()) },
    { requiredKeys: [] },
  );
  assert(
    property(metadata, dictionary(string(), array(string())), (one, other) => {
      const whole = document(JSON.parse(JSON.stringify({ ...other, ...one })) as ClientDocument['metadata']);
      const stored = storedClient(whole, 3);
      expect(JSON.stringify(documentOf(stored))).toBe(JSON.stringify(whole));
      expect(differencesFrom(stored, whole, 3)).toEqual([]);
    }),
  );
});

const DIFFERENCES: [name: string, change: object, firstPosition: number, members: string[]][] = [
  ['a member of the document', { status: 'deleted' }, 7, ['status']],
  ['the place of the registration', {}, 8, ['firstPosition']],
  ['a filter value', { name: 'x' }, 7, ['filter values']],
  ['a filter value that is missing', { name: undefined }, 7, ['filter values']],
  [
    'metadata of another order only',
    { metadata: JSON.stringify(Object.fromEntries(Object.entries(EXAMPLE).toReversed())) },
    7,
    [],
  ],
];
test.each(DIFFERENCES)('differences: %s', (_name, change, firstPosition, members) => {
  const stored = { ...storedClient(document(EXAMPLE), 7), ...change };
  expect(differencesFrom(stored, document(EXAMPLE), firstPosition)).toEqual(members);
});

const PREFIXES: [prefix: string, end: string | null][] = [
  ['al', 'am'],
  ['a\u{10FFFF}', 'b'],
  ['\u{10FFFF}', null],
  ['a\u{D7FF}', 'a\u{E000}'],
  ['a\u{FFFF}', 'a\u{10000}'],
  ['', null],
];
test.each(PREFIXES)('design §6 · names that begin with %j end before %j', (prefix, end) => {
  expect(afterPrefix(prefix)).toBe(end);
});

test('design §6 · a name lies between a prefix and its end exactly when it begins with it', () => {
  const bytes = (text: string) => Buffer.from(text);
  const name = string({ unit: 'binary', maxLength: 4 });
  assert(
    property(name, name, name, (prefix, rest, other) => {
      const end = afterPrefix(prefix);
      for (const candidate of [prefix + rest, other]) {
        const isIn =
          Buffer.compare(bytes(candidate), bytes(prefix)) >= 0 &&
          (end === null || Buffer.compare(bytes(candidate), bytes(end)) < 0);
        expect(isIn).toBe(candidate.startsWith(prefix));
      }
    }),
  );
});

test('design §6 · every value of a query stands as a value', () => {
  const text = JSON.stringify(
    filterOf({
      software_id: '{"$gt":""}',
      redirectHost: 'EXAMPLE.com',
      token_endpoint_auth_method: '$none',
      grant_type: '$ne',
      status: '$exists',
      limit: 1,
    }),
  );
  for (const value of ['"$eq":"{\\"$gt\\":\\"\\"}"', '"$eq":"example.com"', '"$eq":"$none"', '"$eq":"$ne"']) {
    expect(text).toContain(value);
  }
});
