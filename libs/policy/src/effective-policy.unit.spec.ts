import { SUPPORTED_LISTS } from '@rollbook/client-metadata';
import { effectivePolicy, type Policy, PolicyError } from '@rollbook/policy';

const policyOf = (file: unknown): Policy => effectivePolicy({ file, profile: 'rfc7591' });

function mistakesOf(file: unknown, profile = 'rfc7591'): readonly string[] {
  try {
    effectivePolicy({ file, profile });
  } catch (error) {
    if (error instanceof PolicyError) return error.mistakes;
    throw error;
  }
  return [];
}

const CIBA = 'urn:openid:params:grant-type:ciba';

describe('spec §7 · profile rfc7591 has everything on', () => {
  const { metadata, issuer, registration } = policyOf(null);

  test('no list is empty, nothing is limited, no network is allowed', () => {
    for (const list of SUPPORTED_LISTS) expect(metadata.supported[list]).not.toHaveLength(0);
    expect(metadata).toMatchObject({
      profile: 'rfc7591',
      scopes_supported: null,
      acr_values_supported: null,
      authorization_details_types_supported: null,
      allowedNetworks: [],
    });
    expect({ issuer, registration }).toEqual({ issuer: null, registration: 'open' });
  });

  test.each<[claim: string, list: keyof typeof metadata.supported, contains: string[]]>([
    ['RFC 6749 · implicit and password', 'grant_types_supported', ['implicit', 'password', CIBA]],
    ['spec A.2 · hybrid', 'response_types_supported', ['code id_token token', 'none', 'vp_token']],
    [
      'spec A.3 · all seven',
      'token_endpoint_auth_methods_supported',
      ['none', 'self_signed_tls_client_auth'],
    ],
    [
      'spec 4.5.3 · unsigned request objects',
      'request_object_signing_alg_values_supported',
      ['none', 'RS256'],
    ],
    ['DCR §2 · both', 'subject_types_supported', ['public', 'pairwise']],
  ])('%s', (_claim, list, contains) => {
    expect(metadata.supported[list]).toEqual(expect.arrayContaining(contains));
  });

  test('spec H36 · ID Tokens are not unsigned', () => {
    expect(metadata.supported.id_token_signing_alg_values_supported).not.toContain('none');
  });

  test('RFC 8725 §3.2 · RSA1_5 and PBES2 are nowhere', () => {
    expect(Object.values(metadata.supported).flat().join(' ')).not.toMatch(/RSA1_5|PBES2/);
  });
});

test('a list of the file takes the place of the profile’s, in its own order', () => {
  const { metadata } = policyOf({ subject_types_supported: ['pairwise'], scopes_supported: ['b', 'a'] });
  expect(metadata.supported.subject_types_supported).toEqual(['pairwise']);
  expect(metadata.scopes_supported).toEqual(['b', 'a']);
});

test.each<[claim: string, file: object]>([
  ['an empty file', {}],
  [
    'a grant type of its own, as absolute URI',
    { grant_types_supported: ['authorization_code', 'urn:example:grant'] },
  ],
  [
    'an authentication method of its own',
    { token_endpoint_auth_methods_supported: ['none', 'https://as.example/m'] },
  ],
  ['unsigned ID Tokens, said aloud (H36)', { id_token_signing_alg_values_supported: ['RS256', 'none'] }],
  ['plain besides S256', { code_challenge_methods_supported: ['plain', 'S256'] }],
  ['an issuer with path', { issuer: 'https://as.example/tenant/1' }],
  ['http on loopback', { issuer: 'http://localhost:9000', token_endpoint: 'http://[::1]:9000/token' }],
  ['an endpoint with query', { token_endpoint: 'https://as.example/token?tenant=1' }],
  ['networks', { outbound: { allowedNetworks: ['10.0.0.0/8', 'fd12:3456::/32', '0.0.0.0/0'] } }],
  ['software statements ignored', { softwareStatements: { mode: 'ignore' } }],
  [
    'features switched off',
    { userinfo_encryption_alg_values_supported: [], dpop_signing_alg_values_supported: [] },
  ],
])('accepted: %s', (_claim, file) => {
  expect(mistakesOf(file)).toEqual([]);
});

test.each<[claim: string, file: unknown, pointer: string, says: string]>([
  ['a file that is no object', [], 'the policy file', 'must be a JSON object'],
  ['an unknown member', { scope_supported: [] }, '/scope_supported', 'is not a member'],
  ['another case', { Issuer: 'https://as.example' }, '/Issuer', 'is not a member'],
  ['a name that needs escaping', { 'a/b~c': 1 }, '/a~1b~0c', 'is not a member'],
  [
    'our own endpoint',
    { registration_endpoint: 'https://as.example/r' },
    '/registration_endpoint',
    'remove it',
  ],
  ['null', { issuer: null }, '/issuer', 'must be an https URL'],
  ['an issuer with query', { issuer: 'https://as.example/?a' }, '/issuer', 'without user information, query'],
  [
    'an issuer with user information',
    { issuer: 'https://u:p@as.example' },
    '/issuer',
    'must be an https URL',
  ],
  ['http on a remote host', { token_endpoint: 'http://as.example/token' }, '/token_endpoint', 'https URL'],
  ['a look-alike of loopback', { jwks_uri: 'http://localhost.evil.example/' }, '/jwks_uri', 'https URL'],
  [
    'an endpoint with fragment',
    { token_endpoint: 'https://as.example/token#x' },
    '/token_endpoint',
    'fragment',
  ],
  ['a string for a list', { grant_types_supported: 'implicit' }, '/grant_types_supported', 'must be a list'],
  ['an unknown grant type', { grant_types_supported: ['magic'] }, '/grant_types_supported/0', 'absolute URI'],
  [
    'an unknown response type',
    { response_types_supported: ['code', 'x'] },
    '/response_types_supported/1',
    'one of code',
  ],
  [
    'RSA1_5',
    { id_token_encryption_alg_values_supported: ['RSA1_5'] },
    '/id_token_encryption_alg_values_supported/0',
    'RSA-OAEP',
  ],
  [
    'PBES2',
    { userinfo_encryption_alg_values_supported: ['PBES2-HS256+A128KW'] },
    '/userinfo_encryption_alg_values_supported/0',
    'one of',
  ],
  [
    'unsigned assertions',
    { token_endpoint_auth_signing_alg_values_supported: ['none'] },
    '/token_endpoint_auth_signing_alg_values_supported/0',
    'one of',
  ],
  [
    'unsigned JARM',
    { authorization_signing_alg_values_supported: ['none'] },
    '/authorization_signing_alg_values_supported/0',
    'one of',
  ],
  [
    'HS256 for CIBA requests',
    { backchannel_authentication_request_signing_alg_values_supported: ['HS256'] },
    '/backchannel_authentication_request_signing_alg_values_supported/0',
    'one of',
  ],
  ['no grant at all', { grant_types_supported: [] }, '/grant_types_supported', 'at least one'],
  ['a repeated value', { scopes_supported: ['a', 'a'] }, '/scopes_supported', 'without repeats'],
  ['a scope with a space', { scopes_supported: ['a b'] }, '/scopes_supported/0', 'scope value'],
  [
    'PKCE without S256',
    { code_challenge_methods_supported: ['plain'] },
    '/code_challenge_methods_supported',
    'contains S256',
  ],
  [
    'a text for a flag',
    { tls_client_certificate_bound_access_tokens: 'yes' },
    '/tls_client_certificate_bound_access_tokens',
    'true or false',
  ],
  [
    'an address without prefix',
    { outbound: { allowedNetworks: ['10.0.0.1'] } },
    '/outbound/allowedNetworks/0',
    'CIDR',
  ],
  [
    'a prefix that is too long',
    { outbound: { allowedNetworks: ['10.0.0.0/8', '10.0.0.0/33'] } },
    '/outbound/allowedNetworks/1',
    'CIDR',
  ],
  [
    'another statement mode',
    { softwareStatements: { mode: 'required' } },
    '/softwareStatements/mode',
    'must be ignore; software statements are not verified yet',
  ],
  [
    'an alias that is no endpoint',
    { mtls_endpoint_aliases: { token: 'https://as.example' } },
    '/mtls_endpoint_aliases/token',
    'is not a member',
  ],
])('refused: %s', (_claim, file, pointer, says) => {
  const mistakes = mistakesOf(file);
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]?.startsWith(`${pointer}: `)).toBe(true);
  expect(mistakes[0]).toContain(says);
});

test('all mistakes are told at once, and no value of the file', () => {
  const mistakes = mistakesOf({
    issuer: 'hunter2',
    token_endpoint: 'hunter2',
    grant_types_supported: ['hunter2', 7],
  });
  expect(mistakes.map((mistake) => mistake.split(':')[0])).toEqual([
    '/issuer',
    '/token_endpoint',
    '/grant_types_supported/0',
    '/grant_types_supported/1',
  ]);
  expect(mistakes.join('\n')).not.toContain('hunter2');
});

test.each(['oauth21', 'fapi2', 'mcp', 'RFC7591', '', '__proto__'])(
  'spec §7 · profile %p does not exist yet',
  (profile) => {
    expect(mistakesOf(null, profile)).toEqual([
      'profile: must be rfc7591; the profiles oauth21, fapi2 and mcp do not exist yet',
    ]);
  },
);

describe('spec appendix B · what nothing could register is not listed', () => {
  test.each<[claim: string, file: object, list: (typeof SUPPORTED_LISTS)[number], left: string[]]>([
    [
      '4.1 c · no implicit, no front channel',
      { grant_types_supported: ['authorization_code'] },
      'response_types_supported',
      ['code', 'none', 'vp_token', 'vp_token id_token'],
    ],
    [
      '4.7 · no CIBA, no delivery modes',
      { grant_types_supported: ['authorization_code'] },
      'backchannel_token_delivery_modes_supported',
      [],
    ],
    [
      '4.5.6 · no client_secret_jwt, no HS*',
      { token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'] },
      'token_endpoint_auth_signing_alg_values_supported',
      [],
    ],
    [
      '4.5.6 · no HS*, no client_secret_jwt',
      { token_endpoint_auth_signing_alg_values_supported: ['ES256'] },
      'token_endpoint_auth_methods_supported',
      [
        'none',
        'client_secret_post',
        'client_secret_basic',
        'private_key_jwt',
        'tls_client_auth',
        'self_signed_tls_client_auth',
      ],
    ],
    [
      '4.5.4 · public clients only, no HS*',
      { token_endpoint_auth_methods_supported: ['none'], userinfo_signing_alg_values_supported: [] },
      'introspection_signing_alg_values_supported',
      [
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
        'ES256K',
        'EdDSA',
        'Ed25519',
        'Ed448',
      ],
    ],
    [
      '4.5.1 · no alg, no enc',
      { userinfo_encryption_alg_values_supported: [] },
      'userinfo_encryption_enc_values_supported',
      [],
    ],
  ])('%s', (_claim, file, list, left) => {
    expect(policyOf(file).metadata.supported[list]).toEqual(left);
  });

  test('4.1 d · no front-channel response type, no implicit grant', () => {
    const { grant_types_supported } = policyOf({ response_types_supported: ['code'] }).metadata.supported;
    expect(grant_types_supported).toContain('authorization_code');
    expect(grant_types_supported).not.toContain('implicit');
  });

  test('RFC 9101 §10.5 · signed request objects required, none unsigned', () => {
    const { metadata } = policyOf({ require_signed_request_object: true });
    expect(metadata.supported.request_object_signing_alg_values_supported).not.toContain('none');
  });

  test('CIBA Core §4 · no CIBA, no user codes', () => {
    expect(
      policyOf({ grant_types_supported: ['password'] }).metadata.flags
        .backchannel_user_code_parameter_supported,
    ).toBe(false);
  });

  test.each<[claim: string, file: object, mistake: string]>([
    [
      '4.1 c',
      { grant_types_supported: ['authorization_code'], response_types_supported: ['code', 'token'] },
      '/response_types_supported/1: needs implicit in grant_types_supported',
    ],
    [
      '4.1 d',
      { grant_types_supported: ['authorization_code', 'implicit'], response_types_supported: ['code'] },
      '/grant_types_supported/1: needs an entry with token or id_token',
    ],
    [
      '4.2',
      { grant_types_supported: ['client_credentials'], token_endpoint_auth_methods_supported: ['none'] },
      '/grant_types_supported/0: needs a method other than none',
    ],
    [
      '4.7',
      { grant_types_supported: ['password', CIBA], backchannel_token_delivery_modes_supported: [] },
      '/grant_types_supported/1: needs backchannel_token_delivery_modes_supported',
    ],
    [
      '4.7 flag',
      { grant_types_supported: ['password'], backchannel_user_code_parameter_supported: true },
      '/backchannel_user_code_parameter_supported: needs',
    ],
    [
      '4.5.6',
      {
        token_endpoint_auth_methods_supported: ['client_secret_jwt', 'none'],
        token_endpoint_auth_signing_alg_values_supported: [],
      },
      '/token_endpoint_auth_methods_supported/0: needs HS256',
    ],
    [
      'RFC 9101 §10.5',
      { require_signed_request_object: true, request_object_signing_alg_values_supported: ['none'] },
      '/request_object_signing_alg_values_supported/0: contradicts',
    ],
  ])('%s · a useless value that the file gives itself is a mistake', (_claim, file, mistake) => {
    expect(mistakesOf(file).filter((each) => each.startsWith(mistake))).toHaveLength(1);
  });
});

describe('design §12 · policyVersion', () => {
  test('is 16 hexadecimal digits and the same for the same policy, however it is written', () => {
    const { policyVersion } = policyOf(null);
    expect(policyVersion).toMatch(/^[0-9a-f]{16}$/);
    expect(policyOf({}).policyVersion).toBe(policyVersion);
    expect(
      policyOf({ $schema: 'https://example.com/schema', outbound: { allowedNetworks: [] } }).policyVersion,
    ).toBe(policyVersion);
    const endpoints = { token_endpoint: 'https://as.example/t', jwks_uri: 'https://as.example/j' };
    const reversed = { jwks_uri: endpoints.jwks_uri, token_endpoint: endpoints.token_endpoint };
    expect(policyOf(endpoints).policyVersion).toBe(policyOf(reversed).policyVersion);
  });

  test.each<[claim: string, file: object]>([
    ['a list', { subject_types_supported: ['public'] }],
    ['a limit', { scopes_supported: ['openid'] }],
    ['a flag', { require_pushed_authorization_requests: true }],
    ['the issuer', { issuer: 'https://as.example' }],
    ['an endpoint', { token_endpoint: 'https://as.example/token' }],
    ['a network', { outbound: { allowedNetworks: ['10.0.0.0/8'] } }],
  ])('changes with %s', (_claim, file) => {
    expect(policyOf(file).policyVersion).not.toBe(policyOf(null).policyVersion);
  });
});
