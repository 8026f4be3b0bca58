import { everySystem, type RunningSystem } from '../../support/systems.js';
import { ask, expectRefusal, type Json, post, valid, validate, violationsOf } from './ask.js';
import { EC_KEY, ED_KEY, RSA_KEY, SIGNING_KEY, X_KEY } from './keys.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
  });
  afterAll(() => service.stop());

  const ICM = 'invalid_client_metadata';
  const keys = (...list: Json[]) => ({ jwks: { keys: list } });
  const KEYED = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [SIGNING_KEY] } };
  const NONE = { token_endpoint_auth_method: 'none' };
  const NO_FLOW = { response_types: [], redirect_uris: undefined };
  const CIBA = { grant_types: ['urn:openid:params:grant-type:ciba'], ...NO_FLOW };

  /** Accepted changes of the valid registration, and what they become. */
  const ALLOWED: readonly [claim: string, changes: Json, becomes?: Json][] = [
    [
      'H27 · authorization_code beside client_credentials',
      { grant_types: ['authorization_code', 'client_credentials'] },
    ],
    [
      '4.1 b · words in any order',
      { response_types: ['token code id_token'], grant_types: ['authorization_code', 'implicit'] },
    ],
    ['4.1 · response type none', { response_types: ['code', 'none'] }],
    [
      'RFC 8628 · device flow of a public client',
      { ...NONE, ...NO_FLOW, grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] },
    ],
    [
      'RFC 8693 · token exchange',
      { ...NO_FLOW, grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'] },
    ],
    [
      '4.5.2 · enc follows alg',
      { ...keys(RSA_KEY), id_token_encrypted_response_alg: 'RSA-OAEP' },
      { id_token_encrypted_response_enc: 'A128CBC-HS256' },
    ],
    ['4.4.2 · unknown key types are skipped', { ...KEYED, ...keys(SIGNING_KEY, { kty: 'NEW', x: 'y' }) }],
    ['4.4.1 · jwks without need', keys(EC_KEY)],
    [
      'H34 · one kid, two types',
      keys({ ...EC_KEY, kid: 'a', use: 'sig' }, { ...RSA_KEY, kid: 'a', use: 'sig' }),
    ],
    ['4.4.7 · both uses, stated', keys({ ...ED_KEY, use: 'sig' }, { ...X_KEY, use: 'enc' })],
    [
      'H23 · signing algorithm without a method that signs',
      { token_endpoint_auth_signing_alg: 'ES256' },
      { token_endpoint_auth_signing_alg: undefined },
    ],
    [
      'H25 · certificate subject without mTLS',
      { tls_client_auth_san_ip: '192.0.2.1' },
      { tls_client_auth_san_ip: undefined },
    ],
    ['H42 · contacts are any text', { contacts: ['+49 30 1234', 'a@example.com'] }],
    ['H43 · http logout of a confidential client', { backchannel_logout_uri: 'http://example.com/out' }],
    [
      '4.8 · exactly one subject',
      { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=client,O=Example' },
    ],
    ['4.7 · CIBA poll', { ...CIBA, backchannel_token_delivery_mode: 'poll' }],
    [
      'U12 · the first supported choice',
      { id_token_signing_alg_values_supported: ['XX256', 'ES256', 'RS256'] },
      { id_token_signed_response_alg: 'ES256', id_token_signing_alg_values_supported: undefined },
    ],
    [
      'U12 · a list with the single value',
      { token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'] },
      { token_endpoint_auth_method: 'client_secret_basic' },
    ],
    ['DCR §2 · request objects may be unsigned', { request_object_signing_alg: 'none' }],
    ['4.6 · pairwise on one host', { subject_type: 'pairwise' }],
    ['Core §6.2 · a fragment in request_uris', { request_uris: ['https://example.com/r#hash'] }],
  ];
  test.each(ALLOWED)('%s is accepted', async (_claim, changes, becomes = {}) => {
    const { status, body, text } = await post(service, valid(changes));
    expect({ status, text }).toMatchObject({ status: 201 });
    for (const [member, value] of Object.entries(becomes))
      expect([member, body[member]]).toEqual([member, value]);
  });

  const REFUSED: readonly [claim: string, changes: Json, member: string, rule: string][] = [
    [
      '4.1 a · unknown grant',
      { grant_types: ['authorization_code', 'magic'] },
      'grant_types',
      'unsupported-value',
    ],
    ['4.5.8 · another case', { grant_types: ['Authorization_Code'] }, 'grant_types', 'unsupported-value'],
    ['4.1 b · repeated word', { response_types: ['code code'] }, 'response_types', 'unsupported-value'],
    [
      '4.1 c · id_token without implicit',
      { response_types: ['code', 'id_token'] },
      'grant_types',
      'response-types-need-grants',
    ],
    [
      '4.1 d · code grant without code',
      { grant_types: ['authorization_code', 'implicit'], response_types: ['id_token'] },
      'grant_types',
      'code-grant-needs-response-type',
    ],
    [
      '4.1 d · implicit grant without token',
      { grant_types: ['authorization_code', 'implicit'] },
      'grant_types',
      'implicit-grant-needs-response-type',
    ],
    [
      'H26 · refresh beside client_credentials alone',
      { ...NO_FLOW, grant_types: ['client_credentials', 'refresh_token'] },
      'grant_types',
      'refresh-token-needs-grant',
    ],
    [
      'RFC 6749 §4.4 · public client_credentials',
      { ...NONE, ...NO_FLOW, grant_types: ['client_credentials'] },
      'grant_types',
      'client-credentials-confidential',
    ],
    [
      'RFC 7591 §2 · jwks and jwks_uri',
      { ...keys(EC_KEY), jwks_uri: 'https://example.com/jwks' },
      'jwks',
      'jwks-single-source',
    ],
    [
      '4.4.9 · private_key_jwt without keys',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'jwks',
      'private-key-jwt-needs-key',
    ],
    [
      '4.4.9 · keys of another algorithm',
      { ...KEYED, token_endpoint_auth_signing_alg: 'RS256' },
      'jwks',
      'private-key-jwt-needs-key',
    ],
    ['4.4.3 · a private key', keys({ ...EC_KEY, d: 'AAAA' }), 'jwks', 'jwk-private'],
    ['4.4.3 · a symmetric key', keys({ kty: 'oct', k: 'AAAA' }), 'jwks', 'jwk-private'],
    ['4.4.4 · a point that is not on the curve', keys({ ...EC_KEY, y: EC_KEY['x'] }), 'jwks', 'jwk-ec-point'],
    ['4.4.4 · a small RSA key', keys({ ...RSA_KEY, n: 'AQAB' }), 'jwks', 'jwk-rsa-size'],
    ['4.4.4 · an even exponent', keys({ ...RSA_KEY, e: 'AQAA' }), 'jwks', 'jwk-rsa-exponent'],
    ['4.4.4 · a short Ed25519 key', keys({ ...ED_KEY, x: 'AAAA' }), 'jwks', 'jwk-okp-length'],
    ['4.4.2 · no kty', keys({ x: 'a' }), 'jwks', 'jwk-malformed'],
    ['4.4.2 · padding', keys({ ...EC_KEY, x: `${String(EC_KEY['x'])}=` }), 'jwks', 'jwk-malformed'],
    ['4.4.6 · alg of another curve', keys({ ...EC_KEY, alg: 'ES384' }), 'jwks', 'jwk-usage'],
    ['4.4.6 · use against alg', keys({ ...EC_KEY, use: 'enc', alg: 'ES256' }), 'jwks', 'jwk-usage'],
    ['H34 · one kid twice', keys({ ...EC_KEY, kid: 'a' }, { ...EC_KEY, kid: 'a' }), 'jwks', 'jwks-kid'],
    ['4.4.7 · both uses, unstated', keys(ED_KEY, X_KEY), 'jwks', 'jwks-use'],
    ['4.4.8 · x5c that is no certificate', keys({ ...EC_KEY, x5c: ['AAAA'] }), 'jwks', 'jwk-certificate'],
    ['S3 · 21 keys', keys(...Array.from({ length: 21 }, () => EC_KEY)), 'jwks', 'too-many'],
    [
      '4.5.1 · enc without alg',
      { userinfo_encrypted_response_enc: 'A128GCM' },
      'userinfo_encrypted_response_enc',
      'enc-needs-alg',
    ],
    [
      'H36 · id_token none',
      { id_token_signed_response_alg: 'none' },
      'id_token_signed_response_alg',
      'unsupported-value',
    ],
    [
      'RFC 8725 §3.2 · RSA1_5',
      { ...keys(RSA_KEY), id_token_encrypted_response_alg: 'RSA1_5' },
      'id_token_encrypted_response_alg',
      'unsupported-value',
    ],
    [
      '4.5.3 · JARM none',
      { authorization_signed_response_alg: 'none' },
      'authorization_signed_response_alg',
      'unsupported-value',
    ],
    [
      '4.5.4 · HS256 of a public client',
      { ...NONE, id_token_signed_response_alg: 'HS256' },
      'id_token_signed_response_alg',
      'symmetric-signature-confidential',
    ],
    [
      '4.5.5 · dir of a public client',
      { ...NONE, id_token_encrypted_response_alg: 'dir' },
      'id_token_encrypted_response_alg',
      'symmetric-encryption-confidential',
    ],
    [
      '4.5.6 · HS256 with private_key_jwt',
      { ...KEYED, token_endpoint_auth_signing_alg: 'HS256' },
      'token_endpoint_auth_signing_alg',
      'private-key-jwt-alg',
    ],
    [
      '4.5.6 · RS256 with client_secret_jwt',
      { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'RS256' },
      'token_endpoint_auth_signing_alg',
      'client-secret-jwt-alg',
    ],
    [
      'RFC 9101 §10.5 · none beside required signatures',
      { require_signed_request_object: true, request_object_signing_alg: 'none' },
      'request_object_signing_alg',
      'signed-request-object-alg',
    ],
    [
      'Core §8.1 · pairwise on two hosts',
      { subject_type: 'pairwise', redirect_uris: ['https://a.example/', 'https://b.example/'] },
      'sector_identifier_uri',
      'pairwise-one-sector',
    ],
    ['4.7 · CIBA without mode', CIBA, 'backchannel_token_delivery_mode', 'ciba-needs-delivery-mode'],
    [
      '4.7 · mode without CIBA',
      { backchannel_token_delivery_mode: 'poll' },
      'grant_types',
      'delivery-mode-needs-ciba',
    ],
    [
      '4.7 · ping without endpoint',
      { ...CIBA, backchannel_token_delivery_mode: 'ping' },
      'backchannel_client_notification_endpoint',
      'delivery-mode-needs-endpoint',
    ],
    [
      '4.7 · public CIBA',
      { ...CIBA, ...NONE, backchannel_token_delivery_mode: 'poll' },
      'token_endpoint_auth_method',
      'ciba-confidential',
    ],
    [
      '4.8 · two subjects',
      {
        token_endpoint_auth_method: 'tls_client_auth',
        tls_client_auth_san_dns: 'a.example',
        tls_client_auth_san_ip: '192.0.2.1',
      },
      'tls_client_auth_san_dns',
      'tls-client-auth-one-subject',
    ],
    [
      '4.8 · no subject',
      { token_endpoint_auth_method: 'tls_client_auth' },
      'tls_client_auth_subject_dn',
      'tls-client-auth-one-subject',
    ],
    [
      'H24 · both bindings',
      { tls_client_certificate_bound_access_tokens: true, dpop_bound_access_tokens: true },
      'dpop_bound_access_tokens',
      'one-token-binding',
    ],
    [
      '4.8 · bound token in the front channel',
      {
        dpop_bound_access_tokens: true,
        response_types: ['code token'],
        grant_types: ['authorization_code', 'implicit'],
      },
      'dpop_bound_access_tokens',
      'bound-token-front-channel',
    ],
    [
      '4.9 · front-channel logout on another host',
      { frontchannel_logout_uri: 'https://other.example/out' },
      'frontchannel_logout_uri',
      'frontchannel-logout-origin',
    ],
    [
      '4.2 · http logout of a public client',
      { ...NONE, backchannel_logout_uri: 'http://example.com/out' },
      'backchannel_logout_uri',
      'http-logout-uri',
    ],
    [
      'U12 · nothing supported',
      { subject_types_supported: ['secret'] },
      'subject_types_supported',
      'choice-supported',
    ],
    [
      'U12 · single value not in the list',
      { subject_type: 'public', subject_types_supported: ['pairwise'] },
      'subject_type',
      'choice-contains-value',
    ],
    ['S3 · a name of 257 characters', { client_name: 'x'.repeat(257) }, 'client_name', 'too-long'],
    ['S3 · 21 contacts', { contacts: Array(21).fill('a') }, 'contacts', 'too-many'],
    ['S5 · right-to-left override', { client_name: 'a\u202eb' }, 'client_name', 'unsafe-text'],
    ['S15 · lone surrogate', { client_name: 'a\ud800' }, 'client_name', 'unsafe-text'],
    ['RFC 6749 §3.3 · two spaces in scope', { scope: 'a  b' }, 'scope', 'scope-syntax'],
    ['row 35 · 1e21 seconds', { default_max_age: 1e21 }, 'default_max_age', 'not-seconds'],
    ['row 35 · a fraction', { default_max_age: 0.5 }, 'default_max_age', 'not-seconds'],
    ['row 36 · "true"', { require_auth_time: 'true' }, 'require_auth_time', 'wrong-type'],
  ];
  test.each(REFUSED)(
    '%s is refused, by a registration and by its dry run',
    async (_claim, changes, member, rule) => {
      expectRefusal(await post(service, valid(changes)), { error: ICM, member, rule });
      expectRefusal(await validate(service, valid(changes)), { error: ICM, member, rule });
    },
  );

  describe('H16 · all groups at once, the first decides', () => {
    const everything: Json = {
      redirect_uris: ['http://example.com/'], // redirect URIs
      subject_type: 'x', // single members
      jwks: { keys: [EC_KEY] },
      jwks_uri: 'https://example.com/jwks', // cross-field
    };
    test('types before redirect URIs before single members before cross-field', async () => {
      const answer = await post(service, valid({ ...everything, client_name: 5 }));
      expectRefusal(answer, { error: ICM });
      expect(violationsOf(answer).map(({ rule }) => rule)).toEqual([
        'wrong-type',
        'redirect-uri-http-remote',
        'unsupported-value',
        'jwks-single-source',
      ]);
      expect(answer.body['error_description']).toContain('client_name');
    });
    test('without the first group the second decides', async () => {
      const answer = await post(service, valid(everything));
      expectRefusal(answer, { error: 'invalid_redirect_uri' });
      expect(violationsOf(answer)).toHaveLength(3);
      expect(answer.body['error_description']).toContain('redirect_uris');
    });
  });

  describe('appendix B · discovery and registration agree', () => {
    test('RFC 8414 §3.2, OIDC Discovery §4 · both documents, no empty member, S256', async () => {
      const documents = await Promise.all(
        ['oauth-authorization-server', 'openid-configuration'].map((name) =>
          ask(`${service.url}/.well-known/${name}`),
        ),
      );
      for (const { status, headers, body } of documents) {
        expect(status).toBe(200);
        expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(body).toMatchObject({
          issuer: service.url,
          registration_endpoint: `${service.url}/connect/register`,
          code_challenge_methods_supported: expect.arrayContaining(['S256']),
        });
        for (const value of Object.values(body))
          expect(value === null || value === '' || (Array.isArray(value) && value.length === 0)).toBe(false);
      }
    });
    test('every listed authentication method, subject type and signing algorithm is accepted somewhere', async () => {
      const { body } = await ask(`${service.url}/.well-known/oauth-authorization-server`);
      const jwks_uri = 'https://example.com/jwks';
      const extra: Json = { jwks_uri, tls_client_auth_san_dns: 'client.example.com' };
      for (const token_endpoint_auth_method of body['token_endpoint_auth_methods_supported'] as string[])
        expect([
          token_endpoint_auth_method,
          (await validate(service, valid({ ...extra, token_endpoint_auth_method }))).status,
        ]).toEqual([token_endpoint_auth_method, 200]);
      for (const [list, member] of [
        ['id_token_signing_alg_values_supported', 'id_token_signed_response_alg'],
        ['subject_types_supported', 'subject_type'],
        ['userinfo_encryption_alg_values_supported', 'userinfo_encrypted_response_alg'],
        ['request_object_signing_alg_values_supported', 'request_object_signing_alg'],
      ] as const)
        for (const value of body[list] as string[])
          expect([
            member,
            value,
            (await validate(service, valid({ jwks_uri, [member]: value }))).status,
          ]).toEqual([member, value, 200]);
    });
  });
});
