import {
  type Command,
  decide,
  type DeleteClient,
  type ReinstateClient,
  type RotateRegistrationAccessToken,
  type RotateSecret,
  type SuspendClient,
  type UpdateClient,
} from '@rollbook/registration';
import {
  CLIENT,
  clientSecretRecord,
  given,
  metadataOf,
  register,
  sealedSecretRecord,
  tokenDigest,
} from '@rollbook-testing/registration';

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T12:00:00.000Z`;
const common = { now: at(2), origin: {} };
const update = (change: Partial<UpdateClient> = {}): UpdateClient => ({
  type: 'UpdateClient',
  ...common,
  metadata: metadataOf(),
  currentPersonalMetadata: null,
  secret: null,
  registrationAccessToken: null,
  ...change,
});
const rotate = (change: Partial<RotateSecret> = {}): RotateSecret => ({
  type: 'RotateSecret',
  ...common,
  by: 'client',
  secret: clientSecretRecord('s2'),
  overlapSeconds: 86_400,
  ...change,
});
const rotateToken: RotateRegistrationAccessToken = {
  type: 'RotateRegistrationAccessToken',
  ...common,
  digest: tokenDigest('t2'),
  previousValidUntil: null,
};
const suspend: SuspendClient = { type: 'SuspendClient', ...common, reason: 'abuse' };
const reinstate: ReinstateClient = { type: 'ReinstateClient', ...common, reason: null };
const remove = (by: 'client' | 'operator'): DeleteClient => ({
  type: 'DeleteClient',
  ...common,
  by,
  reason: null,
});

const publicClient = metadataOf({ token_endpoint_auth_method: 'none' });
const keyClient = metadataOf({ token_endpoint_auth_method: 'client_secret_jwt' });

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

describe('update', () => {
  const token = { digest: tokenDigest('t2'), previousValidUntil: at(3) };

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
      .gives(rotated({ secretId: 's1', validUntil: at(3) }));
  });

  test('design §5 · an overlap of 0 ends it at once', () => {
    given(register())
      .when(rotate({ overlapSeconds: 0 }))
      .gives(rotated({ secretId: 's1', validUntil: at(2) }));
  });

  test('design §3 · a clock that went back counts from the stream’s last event', () => {
    given(register({ now: at(5) }))
      .when(rotate({ overlapSeconds: 0 }))
      .gives(rotated({ secretId: 's1', validUntil: at(5) }));
  });

  test('H45 · the overlap never outlives the old secret’s own expiry', () => {
    const soon = Date.parse(at(2)) / 1000 + 60;
    given(register({ secret: clientSecretRecord('s1', { client_secret_expires_at: soon }) }))
      .when(rotate())
      .gives(rotated({ secretId: 's1', validUntil: '2026-11-02T12:01:00.000Z' }));
  });

  test('H45 · an expired secret is replaced by a rotation', () => {
    const long = Date.parse(at(1)) / 1000;
    given(register({ secret: clientSecretRecord('s1', { client_secret_expires_at: long }) }))
      .when(rotate())
      .gives(rotated({ secretId: 's1', validUntil: at(1) }));
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
        rotated({ secretId: 's2', validUntil: at(3) }, 's3'),
      );
  });

  test.each([
    ['whose overlap is over', [register(), rotate({ overlapSeconds: 0 })]],
    [
      'that has expired',
      [
        register({
          secret: clientSecretRecord('s1', { client_secret_expires_at: Date.parse(at(2)) / 1000 }),
        }),
        rotate({ now: at(1) }),
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

test('design §3 · a new registration access token, with or without a grace window for the old', () => {
  given(register())
    .when(rotateToken)
    .gives({
      type: 'RegistrationAccessTokenRotated',
      data: { digest: tokenDigest('t2'), previousValidUntil: null },
      personal: null,
    });
});
