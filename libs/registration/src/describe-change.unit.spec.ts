import { type Command, describeChange, fold, type PersonalChange } from '@rollbook/registration';
import { clientSecretRecord, given, metadataOf, register, tokenDigest } from '@rollbook-testing/registration';

const later = { now: '2026-11-02T12:00:00.000Z', origin: {} };
const operator = { ...later, by: 'operator', reason: null } as const;

/** What the last event changed. */
function changes(accepted: Command[], personal?: PersonalChange) {
  const { events } = given(...accepted);
  const last = events.at(-1);
  if (last === undefined) throw new Error('no event');
  return describeChange(fold(events.slice(0, -1)), fold(events), last, personal);
}
const update = (change: object): Command => ({
  type: 'UpdateClient',
  ...later,
  metadata: metadataOf(),
  currentPersonalMetadata: null,
  secret: null,
  registrationAccessToken: null,
  ...change,
});
const listed = (secretId: string, validUntil: string | null = null) => ({
  secretId,
  client_secret_expires_at: 0,
  validUntil,
});

test('S13 · a registration: every member from nothing, then what is ours', () => {
  const all = changes([register()]);
  expect(all.map(({ member }) => member)).toEqual([
    'client_name',
    'grant_types',
    'redirect_uris',
    'response_types',
    'token_endpoint_auth_method',
    'status',
    'secrets',
    'registrationAccessTokens',
  ]);
  expect(all.slice(-3)).toEqual([
    { member: 'status', before: null, after: 'active' },
    { member: 'secrets', before: [], after: [listed('s1')] },
    { member: 'registrationAccessTokens', before: 0, after: 1 },
  ]);
});

test('S14 · an update: the members that changed, before and after', () => {
  const metadata = metadataOf({ redirect_uris: ['https://other.example.org/'], client_name: undefined });
  expect(changes([register(), update({ metadata })])).toEqual([
    { member: 'client_name', before: 'Example', after: null },
    {
      member: 'redirect_uris',
      before: ['https://client.example.org/callback'],
      after: ['https://other.example.org/'],
    },
  ]);
});

describe('S13 · a personal member', () => {
  const accepted = [register(), update({ metadata: metadataOf({ contacts: ['b@example.org'] }) })];
  test('is named, without its value', () => {
    expect(changes(accepted)).toEqual([{ member: 'contacts', before: null, after: null, personal: true }]);
  });
  test('comes with its value for who could decrypt it', () => {
    const personal = { before: { contacts: ['a@example.org'] }, after: { contacts: ['b@example.org'] } };
    expect(changes(accepted, personal)).toEqual([
      { member: 'contacts', before: ['a@example.org'], after: ['b@example.org'], personal: true },
    ]);
  });
});

test('S13 · secrets by id and end, tokens by count, never a digest', () => {
  const rotated = changes([
    register(),
    {
      type: 'RotateSecret',
      ...later,
      by: 'client',
      secret: clientSecretRecord('s2'),
      overlapSeconds: 60,
    },
  ]);
  expect(rotated).toEqual([
    {
      member: 'secrets',
      before: [listed('s1')],
      after: [listed('s1', '2026-11-02T12:01:00.000Z'), listed('s2')],
    },
  ]);
  const token = { digest: tokenDigest('t2'), previousValidUntil: null };
  const renewed = changes([register(), { type: 'RotateRegistrationAccessToken', ...later, ...token }]);
  expect(renewed).toEqual([{ member: 'registrationAccessTokens', before: 1, after: 1 }]);
});

test('S13 · what an operator did', () => {
  expect(changes([register(), { type: 'SuspendClient', ...operator }])).toEqual([
    { member: 'status', before: 'active', after: 'suspended' },
  ]);
  expect(changes([register(), { type: 'DeleteClient', ...operator }])).toEqual([
    { member: 'status', before: 'active', after: 'deleted' },
    { member: 'secrets', before: [listed('s1')], after: [] },
    { member: 'registrationAccessTokens', before: 1, after: 0 },
  ]);
});
