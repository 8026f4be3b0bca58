import { type Command, decide } from '@rollbook/registration';
import {
  clientSecretRecord,
  given,
  metadataOf,
  register,
  sealedSecretRecord,
  tokenDigest,
  CLIENT,
  update,
  rotate,
  rotateToken,
  suspend,
  reinstate,
  remove,
  publicClient,
  keyClient,
} from '@rollbook-testing/registration';

describe('registration', () => {
  test('RFC 7591 §3.2.1 · the record, its credentials as digests, the time in seconds', () => {
    given()
      .when(register({ now: '2026-11-01T00:00:00.999Z' }))
      .gives({
        type: 'ClientRegistered',
        data: {
          client_id: CLIENT,
          client_id_issued_at: 1793491200,
          metadata: metadataOf(),
          registrationAccessToken: { digest: tokenDigest('t1') },
          secret: clientSecretRecord('s1'),
        },
        personal: null,
      });
  });

  test('design §3 · personal members and the caller’s address are not among the public facts', () => {
    const [fact] = decide(
      register({
        metadata: metadataOf({ contacts: ['a@example.org'] }),
        origin: { ip: '192.0.2.1', userAgent: 'x' },
      }),
      given().state,
    );
    expect(fact).toMatchObject({
      data: { metadata: metadataOf() },
      personal: { metadata: { contacts: ['a@example.org'] }, ip: '192.0.2.1', userAgent: 'x' },
    });
    expect(JSON.stringify(fact?.data)).not.toContain('a@example.org');
  });

  test('RFC 7591 §3.2.1 · a client_id is given once, also after its client is gone', () => {
    given(register())
      .when(register())
      .refuses('conflict', /already registered/);
    given(register(), remove('client'))
      .when(register())
      .refuses('conflict', /already registered/);
  });

  test.each([
    ['a public client with a secret', register({ metadata: publicClient })],
    ['a client without the secret it needs', register({ secret: null })],
    ['a secret that works as a key, unsealed', register({ metadata: keyClient })],
    ['a sealed secret that nothing uses as a key', register({ secret: sealedSecretRecord('s1') })],
  ])('spec 1.4.3 · a defect, not a refusal: %s', (_name, command) => {
    expect(() => decide(command, given().state)).toThrow(/the command carries a secret of kind/);
  });
});

describe('who may do what, and when', () => {
  const absent: Command[] = [];
  const active: Command[] = [register()];
  const suspended: Command[] = [register(), suspend];
  const deleted: Command[] = [register(), remove('operator')];
  const byClient: [string, Command][] = [
    ['update', update()],
    ['rotate', rotate()],
    ['delete', remove('client')],
  ];
  const byOperator: [string, Command][] = [
    ['rotate', rotate({ by: 'operator' })],
    ['new registration access token', rotateToken],
    ['suspend', suspend],
    ['reinstate', reinstate],
    ['delete', remove('operator')],
  ];

  test.each(byClient)(
    'RFC 7592 §2 · a client that is not there is an invalid token: %s',
    (_name, command) => {
      given(...absent)
        .when(command)
        .refuses('invalid_token', /not valid/);
      given(...deleted)
        .when(command)
        .refuses('invalid_token', /not valid/);
    },
  );

  test.each(byOperator)(
    'RFC 9110 §15.5.5 · an operator is told that it is not there: %s',
    (_name, command) => {
      given(...absent)
        .when(command)
        .refuses('not_found', /no such client/);
      given(...deleted)
        .when(command)
        .refuses('not_found', /no such client/);
    },
  );

  test.each(byClient)('RFC 7592 §2.1 · a suspended client may not: %s', (_name, command) => {
    given(...suspended)
      .when(command)
      .refuses('access_denied', /suspended/);
  });

  test.each(byOperator.filter(([name]) => name !== 'suspend'))(
    'design §6 · an operator may, though it is suspended: %s',
    (_name, command) => {
      expect(decide(command, given(...suspended).state)).toHaveLength(1);
    },
  );

  test('RFC 9110 §15.5.10 · neither suspended twice nor reinstated while active', () => {
    given(...suspended)
      .when(suspend)
      .refuses('conflict', /already suspended/);
    given(...active)
      .when(reinstate)
      .refuses('conflict', /not suspended/);
    given(...suspended)
      .when(reinstate)
      .gives({ type: 'ClientReinstated', data: { reason: null }, personal: null });
  });

  test('RFC 7592 §2.3 · a client deletes itself', () => {
    given(...active)
      .when(remove('client'))
      .gives({ type: 'ClientDeleted', data: { reason: null }, personal: null });
  });
});

test('design §3 · a new registration access token, with or without a grace window for the old', () => {
  given(register())
    .when(rotateToken)
    .gives({
      type: 'RegistrationAccessTokenRotated',
      data: { digest: tokenDigest('t2'), previousValidUntil: null },
      personal: null,
    });
});
