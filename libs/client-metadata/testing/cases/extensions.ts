import { EVERYTHING } from '../everything-policy.js';
import { P256 } from '../keys.js';
import { allows, rejects, SERVICE, without, type Case } from './case.js';

const CIBA = 'urn:openid:params:grant-type:ciba';
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const URI = { jwks_uri: 'https://example.com/jwks.json' };
const ENDPOINT = { backchannel_client_notification_endpoint: 'https://example.com/ciba' };
const ciba = (mode: string | undefined, change = {}) => ({
  ...without('redirect_uris', 'response_types'),
  grant_types: [CIBA],
  backchannel_token_delivery_mode: mode,
  ...change,
});
const PAIRWISE = { subject_type: 'pairwise' };
const SECTOR = { sector_identifier_uri: 'https://example.com/sector.json' };
const twoHosts = { redirect_uris: ['https://a.example/cb', 'https://b.example/cb'] };
const TLS = { token_endpoint_auth_method: 'tls_client_auth' };
const SUBJECTS = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
];
const subject = (member: string, value: unknown) => ({ ...TLS, [member]: value });
const BOUND = ['tls_client_certificate_bound_access_tokens', 'dpop_bound_access_tokens'];
const PUBLIC = { token_endpoint_auth_method: 'none' };
const flags = (change: object) => ({ policy: { flags: { ...EVERYTHING.flags, ...change } } });

const SUBJECT_TYPE_CASES: readonly Case[] = [
  allows('OIDC Core §8.1 · pairwise with one host', {
    ...PAIRWISE,
    redirect_uris: ['https://a.example/1', 'https://A.example:8443/2'],
  }),
  allows('OIDC Core §8.1 · public with two hosts', { subject_type: 'public', ...twoHosts }),
  allows('OIDC Core §8.1 · pairwise with two hosts and a sector', { ...PAIRWISE, ...twoHosts, ...SECTOR }),
  rejects('OIDC Core §8.1 · pairwise with two hosts', { ...PAIRWISE, ...twoHosts }, 'pairwise-one-sector', [
    'subject_type',
    'sector_identifier_uri',
  ]),
  rejects(
    'OIDC Registration §2 · an unknown subject type',
    { subject_type: 'ephemeral' },
    'unsupported-value',
  ),
  rejects(
    'OIDC Registration §5 · sector_identifier_uri with http',
    { sector_identifier_uri: 'http://example.com/s' },
    'uri-scheme',
  ),
  rejects(
    '4.4.10 · sector_identifier_uri at a link-local address',
    { sector_identifier_uri: 'https://[fe80::1]/s' },
    'special-purpose-host',
  ),
  rejects('CIBA Core §4 · pairwise poll without jwks_uri', ciba('poll', PAIRWISE), 'pairwise-ciba-sector', [
    'subject_type',
    'sector_identifier_uri',
    'jwks_uri',
  ]),
  allows('CIBA Core §4 · pairwise poll with jwks_uri', ciba('poll', { ...PAIRWISE, ...URI }), {
    response_types: [],
  }),
  allows('CIBA Core §4 · pairwise push', ciba('push', { ...PAIRWISE, ...ENDPOINT }), PAIRWISE),
  rejects(
    '4.6 · pairwise device flow without a sector',
    { ...SERVICE, ...PAIRWISE, grant_types: [DEVICE] },
    'pairwise-device-sector',
    ['subject_type', 'sector_identifier_uri', 'jwks_uri'],
  ),
  allows(
    '4.6 · pairwise device flow with proven keys',
    { ...SERVICE, ...PAIRWISE, ...URI, grant_types: [DEVICE], token_endpoint_auth_method: 'private_key_jwt' },
    PAIRWISE,
  ),
];

const CIBA_CASES: readonly Case[] = [
  allows('CIBA Core §4 · poll needs neither redirect_uris nor response_types', ciba('poll'), {
    response_types: [],
    redirect_uris: undefined,
  }),
  allows('CIBA Core §4 · ping with an endpoint', ciba('ping', ENDPOINT), ENDPOINT),
  rejects('CIBA Core §4 · the grant without a delivery mode', ciba(undefined), 'ciba-needs-delivery-mode', [
    'backchannel_token_delivery_mode',
    'grant_types',
  ]),
  rejects(
    'CIBA Core §4 · poll without the grant',
    { backchannel_token_delivery_mode: 'poll' },
    'delivery-mode-needs-ciba',
    ['backchannel_token_delivery_mode', 'grant_types'],
  ),
  rejects('CIBA Core §4 · ping without an endpoint', ciba('ping'), 'delivery-mode-needs-endpoint', [
    'backchannel_client_notification_endpoint',
    'backchannel_token_delivery_mode',
  ]),
  rejects('CIBA Core §4 · push without an endpoint', ciba('push'), 'delivery-mode-needs-endpoint', [
    'backchannel_client_notification_endpoint',
    'backchannel_token_delivery_mode',
  ]),
  rejects(
    'CIBA Core §4 · an http endpoint',
    ciba('ping', { backchannel_client_notification_endpoint: 'http://example.com/' }),
    'uri-scheme',
    ['backchannel_client_notification_endpoint'],
  ),
  rejects(
    '4.4.10 · an endpoint in a private network',
    ciba('ping', { backchannel_client_notification_endpoint: 'https://192.168.0.1/' }),
    'special-purpose-host',
    ['backchannel_client_notification_endpoint'],
  ),
  rejects('CIBA Core §4 · an unknown mode', ciba('pull'), 'unsupported-value', [
    'backchannel_token_delivery_mode',
  ]),
  rejects('CIBA Core §7.1 · a public client', ciba('poll', PUBLIC), 'ciba-confidential', [
    'grant_types',
    'token_endpoint_auth_method',
  ]),
  rejects(
    'CIBA Core §7.1.1 · HS256 for requests',
    ciba('poll', { backchannel_authentication_request_signing_alg: 'HS256' }),
    'unsupported-value',
    ['backchannel_authentication_request_signing_alg'],
  ),
  rejects(
    'CIBA Core §7.1.1 · HS256 for requests, whatever the list says',
    ciba('poll', { backchannel_authentication_request_signing_alg: 'HS256' }),
    'unsupported-value',
    ['backchannel_authentication_request_signing_alg'],
    {
      policy: {
        supported: {
          ...EVERYTHING.supported,
          backchannel_authentication_request_signing_alg_values_supported: ['HS256', 'ES256'],
        },
      },
    },
  ),
  rejects(
    'CIBA Core §7.1.1 · signed requests without keys',
    ciba('poll', { backchannel_authentication_request_signing_alg: 'ES256' }),
    'signed-request-needs-key',
    ['backchannel_authentication_request_signing_alg', 'jwks', 'jwks_uri'],
  ),
  allows(
    'CIBA Core §7.1.1 · signed requests with a key',
    ciba('poll', { backchannel_authentication_request_signing_alg: 'ES256', jwks: { keys: [P256] } }),
    { backchannel_authentication_request_signing_alg: 'ES256' },
  ),
  allows('CIBA Core §4 · user codes', ciba('poll', { backchannel_user_code_parameter: true }), {
    backchannel_user_code_parameter: true,
  }),
  rejects(
    'CIBA Core §4 · user codes where the server has none',
    ciba('poll', { backchannel_user_code_parameter: true }),
    'user-code-supported',
    ['backchannel_user_code_parameter'],
    flags({ backchannel_user_code_parameter_supported: false }),
  ),
];

const BINDING_CASES: readonly Case[] = [
  ...[
    [
      'tls_client_auth_subject_dn',
      'CN=client,OU=a\\, b,O=Example\\C3\\A9+C=DE, 1.2.840.113549.1.9.1=#1603612E62',
    ],
    ['tls_client_auth_san_dns', 'client.example.com'],
    ['tls_client_auth_san_dns', 'xn--r8jz45g.example'],
    ['tls_client_auth_san_dns', 'billing'],
    ['tls_client_auth_san_uri', 'spiffe://example.com/client'],
    ['tls_client_auth_san_ip', '192.0.2.1'],
    ['tls_client_auth_san_ip', '2001:db8::1'],
    ['tls_client_auth_san_email', 'client@example.com'],
    ['tls_client_auth_san_email', 'client@mail'],
  ].map(([member, value]) =>
    allows(
      `RFC 8705 §2.1.2 · ${String(member)} ${String(value).slice(0, 12)}`,
      subject(String(member), value),
    ),
  ),
  ...[
    ['tls_client_auth_subject_dn', 'no name', 'distinguished-name'],
    ['tls_client_auth_subject_dn', 'CN=a,,O=b', 'distinguished-name'],
    ['tls_client_auth_subject_dn', 'CN=a"b', 'distinguished-name'],
    ['tls_client_auth_san_dns', 'not a name', 'dns-name'],
    ['tls_client_auth_san_dns', '*.example.com', 'dns-name'],
    ['tls_client_auth_san_dns', 'exämple.com', 'dns-name'],
    ['tls_client_auth_san_dns', 'client.example.com.', 'dns-name'],
    ['tls_client_auth_san_dns', 'client..example.com', 'dns-name'],
    ['tls_client_auth_san_dns', 'client-.example.com', 'dns-name'],
    ['tls_client_auth_san_dns', 'a_client.example.com', 'dns-name'],
    ['tls_client_auth_san_dns', '192.0.2.1', 'dns-name'],
    ['tls_client_auth_san_dns', `${'a'.repeat(64)}.example`, 'dns-name'],
    ['tls_client_auth_san_dns', `${'a.'.repeat(127)}aa`, 'dns-name'],
    ['tls_client_auth_san_uri', 'no-scheme', 'uri-malformed'],
    ['tls_client_auth_san_ip', '999.1.1.1', 'ip-address'],
    ['tls_client_auth_san_ip', 'fe80::1%eth0', 'ip-address'],
    ['tls_client_auth_san_email', 'nobody', 'email-address'],
    ['tls_client_auth_san_email', 'clïent@example.com', 'email-address'],
    ['tls_client_auth_san_email', 'client@exämple.com', 'email-address'],
    ['tls_client_auth_san_email', 'client@a@example.com', 'email-address'],
  ].map(([member, value, rule]) =>
    rejects(
      `RFC 8705 §2.1.2 · ${String(member)} ${String(value)}`,
      subject(String(member), value),
      String(rule),
      [String(member)],
    ),
  ),
  rejects(
    'RFC 8705 §2.1.2 · tls_client_auth without a subject',
    TLS,
    'tls-client-auth-one-subject',
    SUBJECTS,
  ),
  rejects(
    'RFC 8705 §2.1.2 · tls_client_auth with two',
    { ...subject('tls_client_auth_san_dns', 'a.example.com'), tls_client_auth_san_ip: '192.0.2.1' },
    'tls-client-auth-one-subject',
    SUBJECTS,
  ),
  allows(
    'H25 · subjects are dropped for other methods',
    { tls_client_auth_san_dns: 'a.example.com', tls_client_auth_san_ip: '192.0.2.1' },
    { tls_client_auth_san_dns: undefined, tls_client_auth_san_ip: undefined },
  ),
  rejects(
    'H24 · both bindings',
    Object.fromEntries(BOUND.map((member) => [member, true])),
    'one-token-binding',
    BOUND,
  ),
  ...BOUND.flatMap((member) => [
    allows(`RFC 8705 §3.4, RFC 9449 §5.2 · ${member}`, { [member]: true }),
    allows(`1.2.6 · ${member} false is echoed`, { [member]: false }),
    rejects(
      `4.8 · ${member} with token in the front channel`,
      { [member]: true, grant_types: ['authorization_code', 'implicit'], response_types: ['code token'] },
      'bound-token-front-channel',
      [member, 'response_types'],
    ),
    allows(`4.8 · ${member} with id_token in the front channel`, {
      [member]: true,
      grant_types: ['authorization_code', 'implicit'],
      response_types: ['code id_token'],
    }),
    rejects(`H46 · ${member} as a string`, { [member]: 'true' }, 'wrong-type'),
    rejects(`H46 · ${member} as an empty string`, { [member]: '' }, 'wrong-type'),
  ]),
  rejects(
    'RFC 8705 §3.3 · bound tokens where the server has none',
    { tls_client_certificate_bound_access_tokens: true },
    'certificate-bound-tokens-supported',
    undefined,
    flags({ tls_client_certificate_bound_access_tokens: false }),
  ),
  rejects(
    'RFC 9449 §5.1 · DPoP where the server has none',
    { dpop_bound_access_tokens: true },
    'dpop-supported',
    undefined,
    {
      policy: { supported: { ...EVERYTHING.supported, dpop_signing_alg_values_supported: [] } },
    },
  ),
  allows('4.8 · use_mtls_endpoint_aliases has no conditions', { use_mtls_endpoint_aliases: true }),
];

const LOGOUT_CASES: readonly Case[] = [
  allows('OIDC Front-Channel Logout §2 · same origin', {
    frontchannel_logout_uri: 'https://example.com:443/logout?x=y',
  }),
  rejects(
    'OIDC Front-Channel Logout §2 · another host',
    { frontchannel_logout_uri: 'https://other.example/logout' },
    'frontchannel-logout-origin',
  ),
  rejects(
    'OIDC Front-Channel Logout §2 · another port',
    { frontchannel_logout_uri: 'https://example.com:8443/logout' },
    'frontchannel-logout-origin',
  ),
  rejects(
    'OIDC Front-Channel Logout §2 · another scheme',
    { frontchannel_logout_uri: 'http://example.com/logout' },
    'frontchannel-logout-origin',
  ),
  allows('H43 · http for confidential clients', {
    redirect_uris: ['http://localhost:8080/cb'],
    frontchannel_logout_uri: 'http://localhost:8080/logout',
    backchannel_logout_uri: 'http://example.com/logout',
    post_logout_redirect_uris: ['http://example.com/bye'],
  }),
  rejects(
    'OIDC Front-Channel Logout §2 · http for a public client',
    { ...PUBLIC, redirect_uris: ['http://localhost/cb'], frontchannel_logout_uri: 'http://localhost/logout' },
    'http-logout-uri',
    ['frontchannel_logout_uri'],
  ),
  rejects(
    'OIDC Back-Channel Logout §2.2 · http for a public client',
    { ...PUBLIC, backchannel_logout_uri: 'http://example.com/' },
    'http-logout-uri',
    ['backchannel_logout_uri'],
  ),
  rejects(
    'OIDC RP-Initiated Logout §3.1 · http for a public client',
    { ...PUBLIC, post_logout_redirect_uris: ['HTTP://example.com/'] },
    'http-logout-uri',
    ['post_logout_redirect_uris'],
  ),
  allows('OIDC Back-Channel Logout §2.2 · any host', {
    backchannel_logout_uri: 'https://other.example:8443/?a=b',
  }),
  rejects(
    '4.4.10 · back-channel logout at the loopback',
    { backchannel_logout_uri: 'https://[::1]/' },
    'special-purpose-host',
  ),
  ...['frontchannel_logout_uri', 'backchannel_logout_uri'].flatMap((member) => [
    rejects(`${member} · a fragment`, { [member]: 'https://example.com/#x' }, 'uri-fragment'),
    rejects(`${member} · another scheme`, { [member]: 'com.example.app:/x' }, 'uri-scheme'),
    rejects(`${member} · a relative reference`, { [member]: '/logout' }, 'uri-malformed'),
    rejects(
      `${member} · where the server has none`,
      { [member]: 'https://example.com/logout' },
      `${member.replace('_logout_uri', '')}-logout-supported`,
      undefined,
      flags({ frontchannel_logout_supported: false, backchannel_logout_supported: false }),
    ),
  ]),
  allows('4.9 · session_required without its URI', {
    frontchannel_logout_session_required: true,
    backchannel_logout_session_required: true,
  }),
  allows('OIDC RP-Initiated Logout §3.1 · https and private-use for native clients', {
    application_type: 'native',
    post_logout_redirect_uris: ['https://example.com/bye', 'com.example.app:/bye', 'myapp:/bye'],
  }),
  rejects(
    'OIDC RP-Initiated Logout §3.1 · private-use for web clients',
    { post_logout_redirect_uris: ['com.example.app:/bye'] },
    'post-logout-private-use',
  ),
  ...['post_logout_redirect_uris', 'claims_redirect_uris'].flatMap((member) => [
    rejects(`${member} · a fragment`, { [member]: ['https://example.com/#x'] }, 'uri-fragment'),
    rejects(`${member} · javascript`, { [member]: ['javascript:alert(1)'] }, 'uri-forbidden-scheme'),
    rejects(`${member} · no URI`, { [member]: ['bye'] }, 'uri-malformed'),
    rejects(`H46 · ${member} with an empty entry`, { [member]: [''] }, 'empty-entry'),
  ]),
];

const FORCED_CASES: readonly Case[] = [
  'require_signed_request_object',
  'require_pushed_authorization_requests',
].flatMap((member) => [
  allows(
    `appendix B · ${member} is true where the server requires it`,
    {},
    { [member]: true },
    flags({ [member]: true }),
  ),
  rejects(
    `appendix B · ${member} false where the server requires it`,
    { [member]: false },
    'required-by-server',
    [member],
    flags({ [member]: true }),
  ),
  allows(`H44 · ${member} is not stored when omitted`, {}, { [member]: undefined }),
]);

export const EXTENSION_CASES = [
  ...SUBJECT_TYPE_CASES,
  ...CIBA_CASES,
  ...BINDING_CASES,
  ...LOGOUT_CASES,
  ...FORCED_CASES,
];
