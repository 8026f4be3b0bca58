import { decide, type UpdateClient } from '@rollbook/registration';
import {
  clientSecretRecord,
  given,
  metadataOf,
  register,
  sealedSecretRecord,
  tokenDigest,
  day,
  update,
  rotate,
  publicClient,
  keyClient,
} from '@rollbook-testing/registration';

describe('update', () => {
  const token = { digest: tokenDigest('t2'), previousValidUntil: day(3) };

  test('design §3 · a PUT that changes nothing appends nothing and burns no token', () => {
    given(register())
      .when(update({ registrationAccessToken: token, origin: { ip: '192.0.2.1' } }))
      .gives();
  });

  test('RFC 7592 §2.2 · the order of members and of an object’s members is no change', () => {
    const jwks = { keys: [{ kty: 'EC', crv: 'P-256' }] };
    const turned = { keys: [{ crv: 'P-256', kty: 'EC' }] };
    const before = { ...metadataOf(), jwks } as UpdateClient['metadata'];
    const reversed = Object.entries({ ...before, jwks: turned }).toReversed();
    const after = Object.fromEntries(reversed) as UpdateClient['metadata'];
    given(register({ metadata: before }))
      .when(update({ metadata: after }))
      .gives();
  });

  test('RFC 7592 §2.2 · replaces the whole record; names what was added, removed and changed, sorted', () => {
    const { client_name: _left, ...rest } = metadataOf({
      redirect_uris: ['https://client.example.org/other'],
      client_uri: 'https://client.example.org/',
    });
    given(register())
      .when(update({ metadata: rest, registrationAccessToken: token, origin: { ip: '192.0.2.1' } }))
      .gives(
        {
          type: 'ClientUpdated',
          data: { metadata: rest, changed: ['client_name', 'client_uri', 'redirect_uris'] },
          personal: { ip: '192.0.2.1' },
        },
        { type: 'RegistrationAccessTokenRotated', data: token, personal: null },
      );
  });

  test.each([
    ['added', null, ['a@example.org']],
    ['changed', { contacts: ['b@example.org'] }, ['a@example.org']],
    ['removed', { contacts: ['b@example.org'] }, undefined],
  ] as const)(
    'design §3 · a personal member %s is a change, its value is not public',
    (_name, current, contacts) => {
      given(register())
        .when(
          update({
            currentPersonalMetadata: current as UpdateClient['currentPersonalMetadata'],
            metadata: metadataOf(contacts === undefined ? {} : { contacts: [...contacts] }),
          }),
        )
        .gives({
          type: 'ClientUpdated',
          data: { metadata: metadataOf(), changed: ['contacts'] },
          personal: contacts === undefined ? null : { metadata: { contacts: [...contacts] } },
        });
    },
  );

  test('spec 2.12 · to none: the secret is dropped', () => {
    given(register())
      .when(update({ metadata: publicClient }))
      .gives(
        {
          type: 'ClientUpdated',
          data: { metadata: publicClient, changed: ['token_endpoint_auth_method'] },
          personal: null,
        },
        { type: 'SecretRevoked', data: { secretId: 's1', reason: 'not-needed' }, personal: null },
      );
  });

  test('spec 2.12 · to none during an overlap: both secrets are dropped', () => {
    given(register(), rotate())
      .when(update({ metadata: publicClient, registrationAccessToken: token }))
      .givesTypes('ClientUpdated', 'SecretRevoked', 'SecretRevoked', 'RegistrationAccessTokenRotated');
  });

  test('spec 2.12 · to a secret-based method: a secret is issued', () => {
    const command = update({ secret: clientSecretRecord('s2') });
    const before = given(register({ metadata: publicClient, secret: null }));
    before.when(command).givesTypes('ClientUpdated', 'SecretIssued');
    expect(decide(command, before.state)[1]?.data).toEqual({
      secret: clientSecretRecord('s2'),
      reason: 'needs-secret',
    });
  });

  test('spec 2.12 · to a secret that works as a key: the digest can’t be sealed, so a new one replaces it', () => {
    const secret = sealedSecretRecord('s2');
    const facts = decide(update({ metadata: keyClient, secret }), given(register()).state);
    expect(facts.slice(1)).toEqual([
      { type: 'SecretRevoked', data: { secretId: 's1', reason: 'replaced' }, personal: null },
      { type: 'SecretIssued', data: { secret, reason: 'needs-key' }, personal: null },
    ]);
  });

  test('spec 2.12 · from a key back to comparison: the secret stays', () => {
    given(register({ metadata: keyClient, secret: sealedSecretRecord('s1') }))
      .when(update())
      .givesTypes('ClientUpdated');
  });

  test('H45 · an expired secret is not replaced by an update', () => {
    const expired = clientSecretRecord('s1', { client_secret_expires_at: 1793491201 });
    given(register({ secret: expired }))
      .when(update({ metadata: metadataOf({ client_name: 'Other' }) }))
      .givesTypes('ClientUpdated');
  });

  test('spec 2.12 · a fresh secret where none is issued is a defect', () => {
    expect(() => decide(update({ secret: clientSecretRecord('s2') }), given(register()).state)).toThrow(
      /kind digest, needed is none/,
    );
  });
});
