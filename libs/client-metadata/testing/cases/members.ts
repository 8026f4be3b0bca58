import { EVERYTHING } from '../everything-policy.js';
import { allows, rejects, warns, without, type Case } from './case.js';

const TEXTS = ['client_name', 'software_id', 'software_version', 'organization_name', 'description'];
const WEB = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'information_uri', 'organization_uri'];
const HTTPS = ['initiate_login_uri', 'signed_jwks_uri'];
const FLAGS = [
  'require_auth_time',
  'require_signed_request_object',
  'require_pushed_authorization_requests',
  'use_mtls_endpoint_aliases',
  'frontchannel_logout_session_required',
  'backchannel_logout_session_required',
  'backchannel_user_code_parameter',
];
const SERVER = {
  client_id: 'mine',
  client_secret: 'mine',
  client_id_issued_at: 1,
  client_secret_expires_at: 'x',
  registration_access_token: 1,
  registration_client_uri: [],
};
const KEYS = { jwks_uri: 'https://example.com/jwks.json' };
const scopes = { policy: { scopes_supported: ['openid', 'email'] } };
const choices = (
  change: { readonly [member: string]: unknown },
  stored?: { readonly [member: string]: unknown },
) => allows(`RP Metadata Choices §2 · ${Object.keys(change).join(', ')}`, change, stored);

export const MEMBER_CASES: readonly Case[] = [
  // the input as a whole
  ...[null, [], 'text', 1, true, undefined].map((input): Case => ({
    name: `RFC 7591 §3.1 · ${JSON.stringify(input) ?? 'nothing'} is no metadata`,
    input,
    refused: { error: 'invalid_client_metadata', rule: 'metadata-object', members: [] },
  })),
  allows(
    'H4 · unknown members are dropped',
    { color: 'red', Client_Name: 'x', constructor: 1, hasOwnProperty: 2, ['__proto__']: 3 },
    { color: undefined, Client_Name: undefined, hasOwnProperty: undefined },
  ),
  allows(
    'H5 · what the server writes is ignored in a registration',
    SERVER,
    Object.fromEntries(Object.keys(SERVER).map((name) => [name, undefined])),
  ),
  allows(
    '5.2 · software_statement is ignored and not echoed',
    { software_statement: 1 },
    { software_statement: undefined },
  ),
  allows(
    '3.2 · members that are not for clients are ignored',
    {
      display_name: 1,
      webhook_uris: 2,
      introspection_endpoint_auth_method: 3,
      revocation_endpoint_auth_method: 4,
    },
    {
      display_name: undefined,
      webhook_uris: undefined,
      introspection_endpoint_auth_method: undefined,
      revocation_endpoint_auth_method: undefined,
    },
  ),
  allows(
    'H6 · null is omitted',
    { client_name: null, contacts: null, jwks: null, default_max_age: null },
    { client_name: undefined, contacts: undefined, jwks: undefined, default_max_age: undefined },
  ),
  allows(
    'H7 · an empty string is omitted',
    { client_name: '', client_uri: '', scope: '', jwks_uri: '', 'client_name#fr': '' },
    {
      client_name: undefined,
      client_uri: undefined,
      scope: undefined,
      jwks_uri: undefined,
      'client_name#fr': undefined,
    },
  ),
  allows(
    'H44 · assumed defaults are not stored',
    {},
    {
      application_type: undefined,
      id_token_signed_response_alg: undefined,
      require_auth_time: undefined,
      subject_type: undefined,
    },
  ),
  allows('H44 · a value equal to the default is stored', {
    application_type: 'web',
    id_token_signed_response_alg: 'RS256',
  }),
  allows('1.2.6 · falsy values are values', { default_max_age: 0, require_auth_time: false }),

  // text (S3, S5)
  ...TEXTS.flatMap((member) => [
    allows(`RFC 7591 §2 · ${member}`, { [member]: 'Grüße 你好 😀 <script>' }),
    rejects(`H46 · ${member} as a number`, { [member]: 1.0 }, 'wrong-type'),
    rejects(`H46 · ${member} as an array`, { [member]: ['x'] }, 'wrong-type'),
    rejects(`S5 · ${member} with a line break`, { [member]: 'a\nb' }, 'unsafe-text'),
    rejects(`S5 · ${member} with an override`, { [member]: 'abc\u202Egpj' }, 'unsafe-text'),
    rejects(`S15 · ${member} with a lone surrogate`, { [member]: 'a\uD800' }, 'unsafe-text'),
  ]),
  ...[
    '\u0000',
    '\u001F',
    '\u007F',
    '\u0085',
    '\u009F',
    '\u200B',
    '\u200F',
    '\u202A',
    '\u2066',
    '\u2069',
    '\uFEFF',
    '\uDC00',
  ].map((character) =>
    rejects(
      `S5 · U+${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      { client_name: `a${character}b` },
      'unsafe-text',
    ),
  ),
  allows('S3 · client_name of 256 characters', { client_name: '😀'.repeat(256) }),
  rejects('S3 · client_name of 257 characters', { client_name: 'a'.repeat(257) }, 'too-long'),
  rejects(
    'S3 · client_name of 257 characters outside the BMP',
    { client_name: '😀'.repeat(257) },
    'too-long',
  ),
  allows('S3 · description of 1,024 characters', { description: 'a'.repeat(1024) }),
  rejects('S3 · description of 1,025 characters', { description: 'a'.repeat(1025) }, 'too-long'),
  warns('S5 · a name in mixed scripts', { client_name: 'P\u0430yPal' }, 'mixed-script-name'),
  warns('S5 · a tagged name in mixed scripts', { 'client_name#en': '\u0391pple' }, 'mixed-script-name'),

  // scope
  allows('RFC 6749 §3.3 · every permitted character', { scope: '! # [ ] ~ https://example.com/a.b' }),
  ...[' a', 'a ', 'a  b', 'a\tb', 'a"b', 'a\\b', 'ä', ' '].map((scope) =>
    rejects(`RFC 6749 §3.3 · ${JSON.stringify(scope)}`, { scope }, 'scope-syntax'),
  ),
  rejects('H46 · scope as an array', { scope: ['openid'] }, 'wrong-type'),
  rejects('S3 · scope of 1,025 characters', { scope: 'a'.repeat(1025) }, 'too-long'),
  allows(
    'H10 · scope is cut down to what is permitted',
    { scope: 'email openid admin' },
    { scope: 'email openid' },
    scopes,
  ),
  rejects('H10 · no permitted scope', { scope: 'admin' }, 'scope-not-permitted', ['scope'], scopes),

  // contacts
  allows('H42 · any way of contact', { contacts: ['a@b.example', 'tel:+49', 'Frau Müller'] }),
  allows('H8 · contacts [] is stored as omitted', { contacts: [] }, { contacts: undefined }),
  rejects('H46 · contacts with an empty entry', { contacts: [''] }, 'empty-entry'),
  rejects('H46 · contacts as a string', { contacts: 'a@b.example' }, 'wrong-type'),
  rejects('S3 · 21 contacts', { contacts: Array.from({ length: 21 }, () => 'x') }, 'too-many'),
  rejects('S5 · contacts with a control character', { contacts: ['ok', 'a\u0007'] }, 'unsafe-text'),

  // URLs
  ...[...WEB, ...HTTPS].flatMap((member) => [
    allows(`RFC 7591 §2 · ${member}`, { [member]: 'https://example.com/page?lang=en#top' }),
    rejects(`RFC 7591 §5 · ${member} with javascript`, { [member]: 'javascript:alert(1)' }, 'uri-scheme'),
    rejects(`RFC 7591 §5 · ${member} with data`, { [member]: 'data:text/html,x' }, 'uri-scheme'),
    rejects(`RFC 7591 §2 · ${member} relative`, { [member]: '/page' }, 'uri-malformed'),
    rejects(`RFC 7591 §2 · ${member} without a host`, { [member]: 'https:///page' }, 'uri-host'),
    rejects(
      `RFC 7591 §2 · ${member} with a password`,
      { [member]: 'https://a:b@example.com/' },
      'uri-userinfo',
    ),
    rejects(`S3 · ${member} too long`, { [member]: `https://example.com/${'a'.repeat(2029)}` }, 'too-long'),
    rejects(`H46 · ${member} as an object`, { [member]: {} }, 'wrong-type'),
  ]),
  ...WEB.map((member) =>
    warns(`RFC 7591 §2 · ${member} with http`, { [member]: 'http://example.com/' }, 'display-uri-https'),
  ),
  ...WEB.map((member) =>
    warns(
      `RFC 7591 §5 · ${member} on another host`,
      { [member]: 'https://other.example/' },
      'display-uri-host',
    ),
  ),
  warns(
    'S6 · a tagged logo on another host',
    { 'logo_uri#fr': 'https://other.example/' },
    'display-uri-host',
  ),
  ...HTTPS.map((member) =>
    rejects(`URL rule S · ${member} with http`, { [member]: 'http://example.com/' }, 'uri-scheme'),
  ),

  // language tags (1.3)
  allows('RFC 7591 §2.2 · tagged members in their spelling', {
    'client_name#ja-Kana-JP': 'クライアント名',
    'client_uri#DE': 'https://example.com/de',
    'keywords#fr': ['clé'],
    'organization_name#x-acme': 'Acme',
    'description#i-klingon': 'x',
    'information_uri#zh-min-nan': 'https://example.com/',
  }),
  rejects(
    '1.3.3 · a tagged value obeys the same rules',
    { 'logo_uri#fr': 'javascript:alert(1)' },
    'uri-scheme',
  ),
  rejects('1.3.3 · a tagged value has the same length', { 'client_name#fr': 'a'.repeat(257) }, 'too-long'),
  rejects('1.3.3 · a tagged value has the same type', { 'keywords#fr': 'x' }, 'wrong-type'),
  rejects(
    'H11 · two tags that differ in case only',
    { 'client_name#fr': 'a', 'client_name#FR': 'b' },
    'language-tags-distinct',
    ['client_name'],
  ),
  allows('H11 · tags that differ', { 'client_name#fr': 'a', 'client_name#fr-CA': 'b' }),
  ...[
    'client_name#',
    'client_name#f',
    'client_name#fr_CA',
    'client_name#fr#de',
    'client_name#abcdefghi',
    'client_name#en-',
    'redirect_uris#fr',
    'scope#fr',
    'contacts#de',
    '#fr',
    'Client_name#fr',
  ].map((name) => allows(`1.3.5 · ${name} is unknown`, { [name]: 1 }, { [name]: undefined })),

  // the rest of the table
  ...['web', 'native'].map((type) =>
    allows(`OIDC Registration §2 · application_type ${type}`, { application_type: type }),
  ),
  rejects(
    'OIDC Registration §2 · another application_type',
    { application_type: 'mobile' },
    'unsupported-value',
  ),
  rejects('H46 · an empty application_type', { application_type: '' }, 'unsupported-value'),
  ...FLAGS.flatMap((member) => [
    allows(`${member} · true`, { [member]: true }),
    allows(`${member} · false is echoed`, { [member]: false }),
    rejects(`H46 · ${member} as a string`, { [member]: 'false' }, 'wrong-type'),
    rejects(`H46 · ${member} as a number`, { [member]: 1 }, 'wrong-type'),
  ]),
  ...[-1, 1.5, 1e21, Number.POSITIVE_INFINITY, Number.NaN].map((seconds) =>
    rejects(`OIDC Registration §2 · default_max_age ${seconds}`, { default_max_age: seconds }, 'not-seconds'),
  ),
  rejects('H46 · default_max_age as a string', { default_max_age: '3600' }, 'wrong-type'),
  allows('OIDC Registration §2 · default_acr_values without a list', {
    default_acr_values: ['urn:mace:incommon:iap:silver', '1'],
  }),
  rejects(
    'OIDC Registration §2 · default_acr_values outside the list',
    { default_acr_values: ['1', '2'] },
    'unsupported-value',
    ['default_acr_values'],
    { policy: { acr_values_supported: ['1'] } },
  ),
  allows('OIDC Registration §2 · default_acr_values in the list', { default_acr_values: ['1'] }, undefined, {
    policy: { acr_values_supported: ['1'] },
  }),
  allows('RFC 9396 §10 · authorization_details_types without a list', {
    authorization_details_types: ['payment'],
  }),
  rejects(
    'RFC 9396 §10 · authorization_details_types outside the list',
    { authorization_details_types: ['x'] },
    'unsupported-value',
    undefined,
    { policy: { authorization_details_types_supported: ['payment'] } },
  ),
  allows('UMA 2.0 Grant §2 · claims_redirect_uris', {
    claims_redirect_uris: ['https://example.com/claims', 'com.example.app:/x'],
  }),
  allows('OpenID Federation · members', {
    client_registration_types: ['automatic', 'explicit'],
    signed_jwks_uri: 'https://example.com/signed.jwt',
    keywords: ['a', 'b'],
  }),
  rejects('H46 · keywords with an empty entry', { keywords: ['a', ''] }, 'empty-entry'),
  rejects(
    'H46 · client_registration_types as a string',
    { client_registration_types: 'automatic' },
    'wrong-type',
  ),
  allows('OpenID4VP §5.1 · encrypted_response_enc_values_supported', {
    encrypted_response_enc_values_supported: ['A128GCM', 'A256GCM'],
  }),
  rejects(
    'OpenID4VP §5.1 · must not be empty',
    { encrypted_response_enc_values_supported: [] },
    'empty-list',
  ),
  rejects(
    'OpenID4VP §5.1 · an unknown enc',
    { encrypted_response_enc_values_supported: ['A1'] },
    'unsupported-value',
  ),
  allows('OpenID4VP §11.1 · vp_formats_supported', {
    vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'] } },
  }),
  rejects(
    'OpenID4VP §11.1 · a format that is no object',
    { vp_formats_supported: { jwt_vp: [] } },
    'format-object',
  ),
  rejects('OpenID4VP §11.1 · an array', { vp_formats_supported: [] }, 'wrong-type'),
  rejects(
    'S15 · a number beyond any double in a format',
    { vp_formats_supported: { jwt_vp: { a: [Infinity] } } },
    'json-value',
  ),
  rejects(
    'S15 · a lone surrogate in a format',
    { vp_formats_supported: { jwt_vp: { a: '\uD800' } } },
    'json-value',
  ),
  allows('OpenID4VCI · credential_offer_endpoint with https', {
    credential_offer_endpoint: 'https://wallet.example/offer',
  }),
  allows('OpenID4VCI · credential_offer_endpoint with a private-use scheme', {
    credential_offer_endpoint: 'openid-credential-offer://',
  }),
  rejects(
    'OpenID4VCI · credential_offer_endpoint with http',
    { credential_offer_endpoint: 'http://wallet.example/' },
    'uri-scheme',
  ),
  rejects(
    'OpenID4VCI · credential_offer_endpoint with javascript',
    { credential_offer_endpoint: 'javascript:x' },
    'uri-forbidden-scheme',
  ),
  allows('SIOPv2 · subject_syntax_types_supported', {
    subject_syntax_types_supported: ['urn:ietf:params:oauth:jwk-thumbprint', 'did', 'did:web'],
  }),
  rejects('SIOPv2 · another syntax', { subject_syntax_types_supported: ['dib:web'] }, 'subject-syntax'),

  // RP Metadata Choices (U12)
  choices(
    { id_token_signing_alg_values_supported: ['none', 'HS256', 'RS256'] },
    { id_token_signed_response_alg: 'HS256', id_token_signing_alg_values_supported: undefined },
  ),
  choices(
    {
      token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
      ...without('token_endpoint_auth_method'),
    },
    { token_endpoint_auth_method: 'client_secret_post', token_endpoint_auth_methods_supported: undefined },
  ),
  choices(
    {
      userinfo_encryption_alg_values_supported: ['dir'],
      userinfo_encryption_enc_values_supported: ['A256GCM'],
    },
    { userinfo_encrypted_response_alg: 'dir', userinfo_encrypted_response_enc: 'A256GCM' },
  ),
  choices(
    { introspection_encryption_alg_values_supported: ['dir'] },
    { introspection_encrypted_response_alg: 'dir', introspection_encrypted_response_enc: 'A128CBC-HS256' },
  ),
  choices(
    { subject_types_supported: ['public', 'pairwise'], subject_type: 'pairwise' },
    { subject_type: 'pairwise', subject_types_supported: undefined },
  ),
  rejects(
    'RP Metadata Choices §2 · no supported entry',
    { subject_types_supported: ['ephemeral'] },
    'choice-supported',
  ),
  rejects(
    'RP Metadata Choices §2 · no entry at all',
    { authorization_signing_alg_values_supported: [] },
    'choice-supported',
  ),
  rejects(
    'RP Metadata Choices §2 · the single value is not in the list',
    { subject_types_supported: ['public'], subject_type: 'pairwise' },
    'choice-contains-value',
  ),
  choices(
    {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg_values_supported: ['HS256', 'none', 'ES256'],
      ...KEYS,
    },
    { token_endpoint_auth_signing_alg: 'ES256' },
  ),
  choices(
    {
      id_token_signing_alg_values_supported: ['HS256', 'RS256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none', 'client_secret_basic'],
      ...without('token_endpoint_auth_method'),
    },
    { token_endpoint_auth_method: 'none', id_token_signed_response_alg: 'RS256' },
  ),
  choices(
    {
      userinfo_encryption_alg_values_supported: ['RSA-OAEP', 'A128KW'],
      userinfo_encryption_enc_values_supported: ['A256GCM'],
    },
    { userinfo_encrypted_response_alg: 'A128KW', userinfo_encrypted_response_enc: 'A256GCM' },
  ),
  choices(
    {
      subject_types_supported: ['pairwise', 'public'],
      redirect_uris: ['https://a.example/', 'https://b.example/'],
    },
    { subject_type: 'public' },
  ),
  rejects(
    'RP Metadata Choices §2 · no supported entry that goes with the rest',
    {
      ...KEYS,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg_values_supported: ['HS256', 'HS512'],
    },
    'private-key-jwt-alg',
    ['token_endpoint_auth_signing_alg', 'token_endpoint_auth_method'],
  ),
  rejects('H46 · a choice that is no array', { subject_types_supported: 'public' }, 'wrong-type'),
  rejects('H46 · a choice with an empty entry', { subject_types_supported: ['public', ''] }, 'empty-entry'),
  allows(
    '4.5.7 · a choice the server does not support is passed over',
    { subject_types_supported: ['pairwise', 'public'] },
    { subject_type: 'public' },
    {
      policy: { supported: { ...EVERYTHING.supported, subject_types_supported: ['public'] } },
    },
  ),
];
