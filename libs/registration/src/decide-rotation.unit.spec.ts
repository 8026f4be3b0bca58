import { type Command, decide } from '@rollbook/registration';
import {
  clientSecretRecord,
  given,
  register,
  sealedSecretRecord,
  day,
  rotate,
  publicClient,
  keyClient,
} from '@rollbook-testing/registration';

const rotated = (previous: { secretId: string; validUntil: string }, secretId = 's2') =>
  ({
    type: 'SecretRotated',
    data: { secret: clientSecretRecord(secretId), previous },
    personal: null,
  }) as const;

describe('rotation of the secret', () => {
  test('design §5 · the old secret stays valid for the overlap', () => {
    given(register())
      .when(rotate())
      .gives(rotated({ secretId: 's1', validUntil: day(3) }));
  });

  test('design §5 · an overlap of 0 ends it at once', () => {
    given(register())
      .when(rotate({ overlapSeconds: 0 }))
      .gives(rotated({ secretId: 's1', validUntil: day(2) }));
  });

  test('design §3 · a clock that went back counts from the stream’s last event', () => {
    given(register({ now: day(5) }))
      .when(rotate({ overlapSeconds: 0 }))
      .gives(rotated({ secretId: 's1', validUntil: day(5) }));
  });

  test('H45 · the overlap never outlives the old secret’s own expiry', () => {
    const soon = Date.parse(day(2)) / 1000 + 60;
    given(register({ secret: clientSecretRecord('s1', { client_secret_expires_at: soon }) }))
      .when(rotate())
      .gives(rotated({ secretId: 's1', validUntil: '2026-11-02T12:01:00.000Z' }));
  });

  test('H45 · an expired secret is replaced by a rotation', () => {
    const long = Date.parse(day(1)) / 1000;
    given(register({ secret: clientSecretRecord('s1', { client_secret_expires_at: long }) }))
      .when(rotate())
      .gives(rotated({ secretId: 's1', validUntil: day(1) }));
  });

  test('design §5 · a third live secret ends the oldest', () => {
    given(register(), rotate())
      .when(rotate({ secret: clientSecretRecord('s3'), origin: { ip: '192.0.2.1' } }))
      .gives(
        {
          type: 'SecretRevoked',
          data: { secretId: 's1', reason: 'superseded' },
          personal: { ip: '192.0.2.1' },
        },
        rotated({ secretId: 's2', validUntil: day(3) }, 's3'),
      );
  });

  test.each([
    ['whose overlap is over', [register(), rotate({ overlapSeconds: 0 })]],
    [
      'that has expired',
      [
        register({
          secret: clientSecretRecord('s1', { client_secret_expires_at: Date.parse(day(2)) / 1000 }),
        }),
        rotate({ now: day(1) }),
      ],
    ],
  ] as [string, Command[]][])(
    'design §5 · an older secret %s is not live, so none is ended',
    (_name, accepted) => {
      given(...accepted)
        .when(rotate({ secret: clientSecretRecord('s3') }))
        .givesTypes('SecretRotated');
    },
  );

  test('RFC 6749 §5.2 · a client without a secret has nothing to rotate', () => {
    given(register({ metadata: publicClient, secret: null }))
      .when(rotate())
      .refuses('invalid_request', /no client_secret to rotate/);
  });

  test('spec 2.21 · a secret that works as a key is rotated to a sealed one', () => {
    const before = given(register({ metadata: keyClient, secret: sealedSecretRecord('s1') }));
    before.when(rotate({ secret: sealedSecretRecord('s2') })).givesTypes('SecretRotated');
    expect(() => decide(rotate(), before.state)).toThrow(/kind digest, needed is key/);
  });
});
