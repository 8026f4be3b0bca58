import { EVERYTHING } from '../everything-policy.js';
import { allows, rejects, without, type Case } from './case.js';

const URI = { jwks_uri: 'https://example.com/jwks.json' };
const PUBLIC = { token_endpoint_auth_method: 'none' };
const SIGNED = [
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'request_object_signing_alg',
  'nfv_token_signed_response_alg',
  'introspection_signed_response_alg',
  'authorization_signed_response_alg',
];
const ENCRYPTED = [
  ['id_token_encrypted_response_alg', 'id_token_encrypted_response_enc'],
  ['userinfo_encrypted_response_alg', 'userinfo_encrypted_response_enc'],
  ['request_object_encryption_alg', 'request_object_encryption_enc'],
  ['nfv_token_encrypted_response_alg', 'nfv_token_encrypted_response_enc'],
  ['introspection_encrypted_response_alg', 'introspection_encrypted_response_enc'],
  ['authorization_encrypted_response_alg', 'authorization_encrypted_response_enc'],
] as const;
const auth = (token_endpoint_auth_method: string, token_endpoint_auth_signing_alg?: string) => ({
  ...URI,
  token_endpoint_auth_method,
  token_endpoint_auth_signing_alg,
});
const both = ['token_endpoint_auth_signing_alg', 'token_endpoint_auth_method'];

/** A server that lists `none` for ID Tokens (H36). */
const UNSIGNED = {
  policy: {
    supported: { ...EVERYTHING.supported, id_token_signing_alg_values_supported: ['none', 'RS256'] },
  },
};

export const ALGORITHM_CASES: readonly Case[] = [
  allows(
    'RFC 7591 §2 · token_endpoint_auth_method defaults to client_secret_basic',
    without('token_endpoint_auth_method'),
    { token_endpoint_auth_method: 'client_secret_basic' },
  ),
  ...['none', 'client_secret_post', 'client_secret_basic', 'client_secret_jwt'].map((method) =>
    allows(`RFC 7591 §2 · ${method}`, { token_endpoint_auth_method: method }),
  ),
  rejects('RFC 7591 §2 · an unknown method', { token_endpoint_auth_method: 'magic' }, 'unsupported-value'),
  rejects('H46 · an empty method', { token_endpoint_auth_method: '' }, 'unsupported-value'),
  rejects('H46 · a method in an array', { token_endpoint_auth_method: ['none'] }, 'wrong-type'),
  rejects(
    '4.5.7 · a default that the server does not support',
    without('token_endpoint_auth_method'),
    'unsupported-value',
    ['token_endpoint_auth_method'],
    {
      policy: {
        supported: { ...EVERYTHING.supported, token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      },
    },
  ),

  ...ENCRYPTED.flatMap(([alg, enc]) => [
    allows(
      `4.5.2 · ${enc} defaults to A128CBC-HS256`,
      { [alg]: 'RSA-OAEP', ...URI },
      { [enc]: 'A128CBC-HS256' },
    ),
    allows(`4.5.2 · ${enc} as sent`, { [alg]: 'ECDH-ES', [enc]: 'A256GCM', ...URI }),
    rejects(`OIDC Registration §2 · ${enc} without ${alg}`, { [enc]: 'A256GCM' }, 'enc-needs-alg', [
      enc,
      alg,
    ]),
    rejects(
      `OIDC Core §10.2 · symmetric ${alg} of a public client`,
      { ...PUBLIC, [alg]: 'dir' },
      'symmetric-encryption-confidential',
      [alg, 'token_endpoint_auth_method'],
    ),
    allows(`OIDC Core §10.2 · symmetric ${alg} of a confidential client`, { [alg]: 'A256GCMKW' }),
    rejects(`RFC 8725 §3.2 · RSA1_5 as ${alg}`, { [alg]: 'RSA1_5', ...URI }, 'unsupported-value', [alg]),
    rejects(`A.4 · PBES2 as ${alg}`, { [alg]: 'PBES2-HS256+A128KW' }, 'unsupported-value', [alg]),
    rejects(`4.5.8 · ${enc} is case-sensitive`, { [alg]: 'dir', [enc]: 'a128gcm' }, 'unsupported-value', [
      enc,
    ]),
  ]),
  ...SIGNED.flatMap((member) => [
    rejects(
      `OIDC Core §10.1 · ${member} HS256 of a public client`,
      { ...PUBLIC, [member]: 'HS256' },
      'symmetric-signature-confidential',
      [member, 'token_endpoint_auth_method'],
    ),
    allows(`OIDC Core §10.1 · ${member} HS512 of a confidential client`, { [member]: 'HS512' }),
    allows(`4.5.7 · ${member} ES256`, { [member]: 'ES256', ...URI }),
    rejects(`4.5.7 · ${member} unknown`, { [member]: 'XX256' }, 'unsupported-value'),
    rejects(`4.5.8 · ${member} is case-sensitive`, { [member]: 'rs256' }, 'unsupported-value'),
    rejects(`H46 · ${member} empty`, { [member]: '' }, 'unsupported-value'),
    rejects(`H46 · ${member} as a number`, { [member]: 256 }, 'wrong-type'),
  ]),

  // none (4.5.3)
  ...[
    'id_token_signed_response_alg',
    'introspection_signed_response_alg',
    'authorization_signed_response_alg',
    'token_endpoint_auth_signing_alg',
    'backchannel_authentication_request_signing_alg',
  ].map((member) => rejects(`4.5.3 · ${member} none`, { [member]: 'none' }, 'unsupported-value')),
  rejects(
    '4.5.3 · token_endpoint_auth_signing_alg none, whatever the list says',
    { ...auth('private_key_jwt', 'none') },
    'unsupported-value',
    ['token_endpoint_auth_signing_alg'],
    {
      policy: {
        supported: {
          ...EVERYTHING.supported,
          token_endpoint_auth_signing_alg_values_supported: ['none', 'RS256'],
        },
      },
    },
  ),
  allows(
    'H36 · an unsigned ID Token where the server lists none',
    { id_token_signed_response_alg: 'none' },
    undefined,
    UNSIGNED,
  ),
  rejects(
    'OIDC Registration §2 · an unsigned ID Token in the front channel',
    {
      id_token_signed_response_alg: 'none',
      grant_types: ['authorization_code', 'implicit'],
      response_types: ['code id_token'],
    },
    'unsigned-id-token-front-channel',
    ['id_token_signed_response_alg', 'response_types'],
    UNSIGNED,
  ),
  allows('OIDC Registration §2 · unsigned request objects', { request_object_signing_alg: 'none' }),
  rejects(
    'RFC 9101 §10.5 · unsigned request objects where signed ones are required',
    { request_object_signing_alg: 'none', require_signed_request_object: true },
    'signed-request-object-alg',
    ['request_object_signing_alg', 'require_signed_request_object'],
  ),
  allows('RFC 9101 §10.5 · signed request objects of a client with a secret', {
    require_signed_request_object: true,
  }),
  allows('RFC 9101 §10.5 · signed request objects of a public client with keys', {
    ...PUBLIC,
    ...URI,
    require_signed_request_object: true,
  }),
  rejects(
    'RFC 9101 §10.5 · signed request objects that nothing can verify',
    { ...PUBLIC, require_signed_request_object: true },
    'signed-request-object-verifiable',
    ['require_signed_request_object', 'jwks', 'jwks_uri'],
  ),

  // request_uris
  allows('OIDC Core §6.2 · request_uris with a fragment', {
    request_uris: ['https://example.com/r.jwt#hash'],
  }),
  rejects(
    'OIDC Core §6.2 · http without a signature',
    { request_uris: ['http://example.com/r.jwt'] },
    'request-uri-http-signed',
  ),
  rejects(
    'OIDC Core §6.2 · http with alg none',
    { request_uris: ['HTTP://example.com/r.jwt'], request_object_signing_alg: 'none' },
    'request-uri-http-signed',
    ['request_uris'],
  ),
  allows('OIDC Core §6.2 · http with a signature', {
    request_uris: ['http://example.com/r.jwt'],
    request_object_signing_alg: 'HS256',
  }),
  rejects('OIDC Core §6.2 · another scheme', { request_uris: ['ftp://example.com/r.jwt'] }, 'uri-scheme'),
  rejects(
    'S1 · request_uris in a private network',
    { request_uris: ['https://10.0.0.1/r.jwt'] },
    'special-purpose-host',
  ),
  rejects(
    'S3 · 21 request_uris',
    { request_uris: Array.from({ length: 21 }, () => 'https://example.com/') },
    'too-many',
  ),

  // client authentication (4.5.6, H23)
  allows('4.5.6 · private_key_jwt with ES256', auth('private_key_jwt', 'ES256')),
  rejects(
    '4.5.6 · private_key_jwt with HS256',
    auth('private_key_jwt', 'HS256'),
    'private-key-jwt-alg',
    both,
  ),
  allows('4.5.6 · client_secret_jwt with HS256', auth('client_secret_jwt', 'HS256')),
  rejects(
    '4.5.6 · client_secret_jwt with RS256',
    auth('client_secret_jwt', 'RS256'),
    'client-secret-jwt-alg',
    both,
  ),
  allows('4.5.6 · both without an algorithm', auth('client_secret_jwt')),
  allows('H23 · the algorithm is dropped for other methods', auth('client_secret_basic', 'RS256'), {
    token_endpoint_auth_signing_alg: undefined,
  }),
];
