import {
  type ClientFact,
  decide,
  EVENT_TYPES,
  eventExample,
  initialState,
  lintFacts,
} from '@rollbook/registration';
import { clientSecretRecord, metadataOf, register } from '@rollbook-testing/registration';

const SECRET = 'Zr9-secret-in-clear';
const fact = (type: ClientFact['type'], data: object): ClientFact =>
  ({ type, data, personal: null }) as ClientFact;
const registered = (change: object) =>
  fact('ClientRegistered', { ...eventExample('ClientRegistered'), ...change });
const { client_secret_expires_at: _none, ...endless } = clientSecretRecord('s1');

test.each(EVENT_TYPES.map((type) => [type]))('design §3 · the example of %s passes', (type) => {
  lintFacts([fact(type, eventExample(type))], [SECRET]);
});

test.each([
  ['no-plaintext-secret', registered({ client_id: SECRET })],
  ['no-plaintext-secret', registered({ secret: clientSecretRecord(`x${SECRET}`) })],
  ['no-plaintext-secret', fact('ClientDeleted', { reason: `told me ${SECRET}!` })],
  ['no-plaintext-secret', fact('ClientUpdated', { metadata: {}, changed: [SECRET] })],
  ['no-plaintext-secret', fact('ClientDeleted', { reason: null, [SECRET]: true })],
  ['no-plaintext-secret', registered({ metadata: { [`client_name#${SECRET}`]: 'x' } })],
  ['expiry-exactly-with-a-secret', registered({ secret: endless })],
  ['expiry-exactly-with-a-secret', registered({ client_secret_expires_at: 0 })],
  [
    'expiry-exactly-with-a-secret',
    registered({ secret: clientSecretRecord('s1', { client_secret_expires_at: 0.5 }) }),
  ],
  ['digest-shape', registered({ registrationAccessToken: { digest: 'short' } })],
  [
    'digest-shape',
    fact('RegistrationAccessTokenRotated', { digest: 'x'.repeat(44), previousValidUntil: null }),
  ],
  ['rfc-3339-time', registered({ secret: clientSecretRecord('s1', { issuedAt: 'yesterday' }) })],
  ['rfc-3339-time', fact('SecretRotated', { previous: { secretId: 's1', validUntil: null } })],
  [
    'rfc-3339-time',
    fact('RegistrationAccessTokenRotated', { digest: 'x'.repeat(43), previousValidUntil: '2026-11-01' }),
  ],
  ['reason-size', fact('ClientSuspended', { reason: 'x'.repeat(1025) })],
  ['reason-size', fact('ClientSuspended', { reason: '' })],
  ['no-personal-member', registered({ metadata: metadataOf({ contacts: ['a@example.org'] }) })],
  ['no-null-member', registered({ metadata: { client_name: null } })],
])('design §3 · %s', (rule, wrong) => {
  let thrown: unknown;
  try {
    lintFacts([wrong], ['', SECRET]);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ name: 'LintError', rule });
  expect(String(thrown)).not.toContain(`told me ${SECRET}`);
});

test.each([
  ['client_name', { client_name: `me ${SECRET}` }],
  ['jwks', { jwks: { keys: [{ kty: 'RSA', [SECRET]: 1 }] } }],
])('design §3 · a client that puts a credential into %s is refused, not failed', (member, metadata) => {
  expect(() => lintFacts([registered({ metadata })], [SECRET])).toThrow(
    expect.objectContaining({
      name: 'RegistrationError',
      refusal: 'invalid_client_metadata',
      violations: [expect.objectContaining({ members: [member], rule: 'no-secret-in-metadata' })],
    }) as Error,
  );
});

test('design §3 · what is encrypted is not looked at', () => {
  lintFacts(decide(register({ origin: { userAgent: SECRET } }), initialState()), [SECRET]);
});
