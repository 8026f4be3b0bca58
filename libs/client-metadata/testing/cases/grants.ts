import { GRANT_TYPES, RESPONSE_TYPES } from '@rollbook/protocol';
import { allows, rejects, SERVICE, warns, without, type Case } from './case.js';

const pair = (grant_types: unknown, response_types: unknown) => ({ grant_types, response_types });
const both = ['grant_types', 'response_types'];

export const GRANT_CASES: readonly Case[] = [
  // defaults (1.2.4, H8, H9)
  allows(
    'RFC 7591 §2 · both omitted',
    without('grant_types', 'response_types'),
    pair(['authorization_code'], ['code']),
  ),
  allows('H6 · null is omitted', pair(null, null), pair(['authorization_code'], ['code'])),
  allows(
    'H9 · response_types omitted beside the code grant',
    { grant_types: ['authorization_code'], ...without('response_types') },
    pair(['authorization_code'], ['code']),
  ),
  allows(
    'H9 · response_types omitted beside other grants',
    { ...SERVICE, ...without('response_types') },
    pair(['client_credentials'], []),
  ),
  allows(
    'H9 · no grants, no response types',
    { ...pair([], undefined), ...without('redirect_uris') },
    pair([], []),
  ),
  allows(
    'H9 · grants follow from response_types',
    { response_types: ['code id_token', 'token'], ...without('grant_types') },
    { grant_types: ['authorization_code', 'implicit'] },
  ),
  allows(
    'H9 · grants for id_token',
    { response_types: ['id_token'], ...without('grant_types') },
    { grant_types: ['implicit'] },
  ),
  allows(
    'H9 · response_types [] needs no grants',
    { response_types: [], ...without('grant_types') },
    pair([], []),
  ),
  rejects(
    'H9 · implicit alone with response_types omitted',
    { grant_types: ['implicit'], ...without('response_types') },
    'response-types-need-grants',
    both,
  ),

  // the table
  ...[
    ['code', ['authorization_code']],
    ['token', ['implicit']],
    ['id_token', ['implicit']],
    ['id_token token', ['implicit']],
    ['token id_token', ['implicit']],
    ['code id_token', ['authorization_code', 'implicit']],
    ['code token', ['authorization_code', 'implicit']],
    ['code id_token token', ['authorization_code', 'implicit']],
    ['token code id_token', ['authorization_code', 'implicit']],
    ['none', []],
    ['vp_token', []],
    ['id_token vp_token', []],
  ].map(([type, grants]) => allows(`RFC 7591 §2.1 · ${String(type)} with its grants`, pair(grants, [type]))),
  ...RESPONSE_TYPES.filter((type) => /code|token/.test(type) && !type.includes('vp')).map((type) =>
    rejects(
      `RFC 7591 §2.1 · ${type} without its grants`,
      pair(['password'], [type]),
      'response-types-need-grants',
      both,
    ),
  ),
  rejects(
    '4.1 (c) · hybrid without implicit',
    pair(['authorization_code'], ['code id_token']),
    'response-types-need-grants',
    both,
  ),
  rejects(
    '4.1 (d) · code grant without a code entry',
    pair(['authorization_code', 'implicit'], ['token']),
    'code-grant-needs-response-type',
    both,
  ),
  rejects(
    '4.1 (d) · code grant with response_types []',
    pair(['authorization_code'], []),
    'code-grant-needs-response-type',
    both,
  ),
  rejects(
    '4.1 (d) · implicit grant without a token entry',
    pair(['authorization_code', 'implicit'], ['code']),
    'implicit-grant-needs-response-type',
    both,
  ),
  rejects(
    '4.1 (d) · implicit grant beside vp_token alone',
    pair(['implicit'], ['vp_token']),
    'implicit-grant-needs-response-type',
    both,
  ),
  allows(
    '4.1 (d) · implicit grant beside vp_token with an ID Token',
    pair(['implicit'], ['vp_token id_token']),
  ),
  ...GRANT_TYPES.filter(
    (grant) =>
      !['authorization_code', 'implicit', 'refresh_token', 'urn:openid:params:grant-type:ciba'].includes(
        grant,
      ),
  ).map((grant) =>
    allows(`4.1 · ${grant} needs no response type and no redirect URI`, { ...SERVICE, grant_types: [grant] }),
  ),
  allows(
    'H40 · repeated entries are kept',
    pair(['authorization_code', 'authorization_code'], ['code', 'code']),
  ),
  allows('4.1 (f) · id_token without openid', { ...pair(['implicit'], ['id_token']), scope: 'profile' }),
  allows('H27 · authorization_code beside client_credentials', {
    grant_types: ['authorization_code', 'client_credentials'],
  }),

  // entries (4.1 a, b)
  rejects('4.1 (a) · unknown grant', { grant_types: ['authorization_code', 'magic'] }, 'unsupported-value'),
  rejects(
    '4.1 (a) · grants are case-sensitive',
    { grant_types: ['Authorization_Code'] },
    'unsupported-value',
  ),
  rejects('4.1 (a) · unknown response type', { response_types: ['code', 'magic'] }, 'unsupported-value'),
  rejects('4.1 (b) · a repeated word', { response_types: ['code code'] }, 'unsupported-value'),
  rejects('4.1 (b) · a second space', { response_types: ['code  id_token'] }, 'unsupported-value'),
  rejects('H46 · an empty entry in grant_types', { grant_types: ['authorization_code', ''] }, 'empty-entry'),
  rejects('H46 · an empty entry in response_types', { response_types: [''] }, 'empty-entry'),
  rejects('H46 · grant_types as a string', { grant_types: 'authorization_code' }, 'wrong-type'),
  rejects('H46 · response_types with a number', { response_types: [1] }, 'wrong-type'),
  rejects('H46 · response_types as an object', { response_types: { 0: 'code' } }, 'wrong-type'),
  rejects('S15 · a sparse array', { grant_types: [, 'authorization_code'] }, 'wrong-type'), // oxlint-disable-line no-sparse-arrays

  // refresh tokens (H26)
  ...['authorization_code', 'password'].map((grant) =>
    allows(
      `RFC 6749 §1.5 · refresh_token beside ${grant}`,
      grant === 'password'
        ? { ...SERVICE, grant_types: [grant, 'refresh_token'] }
        : { grant_types: [grant, 'refresh_token'] },
    ),
  ),
  allows('RFC 8628 §3.5 · refresh_token beside the device grant', {
    ...SERVICE,
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  }),
  rejects(
    'H26 · refresh_token beside client_credentials',
    { ...SERVICE, grant_types: ['client_credentials', 'refresh_token'] },
    'refresh-token-needs-grant',
    ['grant_types'],
  ),
  rejects(
    'H26 · refresh_token beside implicit',
    pair(['implicit', 'refresh_token'], ['token']),
    'refresh-token-needs-grant',
    ['grant_types'],
  ),
  rejects(
    'H26 · refresh_token alone',
    { ...SERVICE, grant_types: ['refresh_token'] },
    'refresh-token-needs-grant',
    ['grant_types'],
  ),

  // public clients (4.2)
  allows('RFC 8628 §5.6 · a public client with the device grant', {
    ...SERVICE,
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_method: 'none',
  }),
  rejects(
    'RFC 6749 §4.4 · client_credentials without authentication',
    { ...SERVICE, token_endpoint_auth_method: 'none' },
    'client-credentials-confidential',
    ['grant_types', 'token_endpoint_auth_method'],
  ),

  warns(
    'RFC 9700 §2.1.2 · tokens in the front channel',
    pair(['implicit'], ['token']),
    'front-channel-tokens',
  ),
  warns('RFC 9700 §2.4 · the password grant', { ...SERVICE, grant_types: ['password'] }, 'password-grant'),
];
