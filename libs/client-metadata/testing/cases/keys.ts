import {
  ED25519,
  ED448,
  P256,
  P256_CERTIFICATE,
  P384,
  P521,
  RSA,
  RSA_1024,
  RSA_EXPONENT_3,
  RSA_OTHER,
  SECP256K1,
  X25519,
  X448,
} from '../keys.js';
import { allows, rejects, warns, type Case } from './case.js';

const jwks = (...keys: unknown[]) => ({ jwks: { keys } });
const refused = (name: string, rule: string, ...keys: unknown[]) => rejects(name, jwks(...keys), rule);
const tls = (...keys: unknown[]) => ({
  token_endpoint_auth_method: 'self_signed_tls_client_auth',
  ...jwks(...keys),
});
const signed = (change: { readonly [member: string]: unknown }) => ({
  token_endpoint_auth_method: 'private_key_jwt',
  ...change,
});
const needsKey = ['token_endpoint_auth_method', 'jwks', 'jwks_uri'];
const URI = { jwks_uri: 'https://example.com/jwks.json' };
const WITHOUT_LAST = P256.x.slice(0, -1);

export const KEY_CASES: readonly Case[] = [
  // one source, of the right shape
  allows('RFC 7591 §2 · jwks_uri', URI),
  allows('RFC 7591 §2 · jwks, also when no key is needed', jwks(RSA)),
  allows('RFC 7517 §5 · an empty set', jwks()),
  rejects(
    'RFC 7591 §2 · jwks and jwks_uri exclude each other',
    { ...URI, ...jwks(RSA) },
    'jwks-single-source',
    ['jwks', 'jwks_uri'],
  ),
  rejects('RFC 7517 §5 · jwks without keys', { jwks: {} }, 'wrong-type'),
  rejects('RFC 7517 §5 · keys is no array', { jwks: { keys: {} } }, 'wrong-type'),
  rejects('H46 · jwks as a string', { jwks: JSON.stringify({ keys: [RSA] }) }, 'wrong-type'),
  rejects('H46 · jwks as an array', { jwks: [RSA] }, 'wrong-type'),
  rejects('S15 · a number beyond any double in a key', jwks({ ...RSA, x: Infinity }), 'json-value'),
  rejects('S15 · a lone surrogate in a key', jwks({ ...RSA, kid: 'a\uD800' }), 'json-value'),
  rejects('S15 · a lone surrogate beside the keys', { jwks: { keys: [RSA], '\uDC00': 1 } }, 'json-value'),
  allows('RFC 7517 §4 · a surrogate pair in a kid', jwks({ ...RSA, kid: '\u{1F511}' })),
  rejects('H7 · jwks as an empty string', { jwks: '' }, 'wrong-type'),
  rejects('S3 · 21 keys', { jwks: { keys: Array.from({ length: 21 }, () => P256) } }, 'too-many'),
  allows('S3 · 20 keys', { jwks: { keys: Array.from({ length: 20 }, () => P256) } }),
  rejects('RFC 7591 §2 · jwks_uri with http', { jwks_uri: 'http://example.com/jwks' }, 'uri-scheme'),
  rejects(
    '4.4.10 · jwks_uri at a loopback address',
    { jwks_uri: 'https://127.0.0.1/jwks' },
    'special-purpose-host',
  ),
  rejects(
    '4.4.10 · jwks_uri at a cloud metadata address',
    { jwks_uri: 'https://169.254.169.254/jwks' },
    'special-purpose-host',
  ),
  rejects(
    '4.4.10 · jwks_uri at a private address, spelled as a number',
    { jwks_uri: 'https://167772161/' },
    'special-purpose-host',
  ),
  rejects(
    '4.4.10 · jwks_uri at an IPv4-mapped private address',
    { jwks_uri: 'https://[::ffff:10.0.0.1]/' },
    'special-purpose-host',
  ),
  allows('4.4.10 · an operator may allow a network', { jwks_uri: 'https://10.1.2.3/jwks' }, undefined, {
    policy: { allowedNetworks: ['10.1.0.0/16'] },
  }),
  allows('4.4.10 · a public address', { jwks_uri: 'https://8.8.8.8/jwks' }),

  // each key
  ...Object.entries({ RSA, P256, P384, P521, SECP256K1, ED25519, ED448, X25519, X448 }).map(([name, key]) =>
    allows(`RFC 7518 §6 · a key of type ${name}`, jwks(key)),
  ),
  allows(
    'RFC 7517 §5 · unknown types, curves and members are skipped',
    jwks({ kty: 'AKP', pub: 'AA' }, { kty: 'EC', crv: 'P-999', x: 'AA', y: 'AA' }, { ...RSA, color: 'red' }),
  ),
  refused('RFC 7517 §4 · a key that is no object', 'jwk-malformed', 'key'),
  refused('RFC 7517 §4 · a key that is null', 'jwk-malformed', null),
  refused('RFC 7517 §4.1 · a key without kty', 'jwk-malformed', { n: RSA.n, e: RSA.e }),
  refused('RFC 7517 §4.1 · an empty kty', 'jwk-malformed', { ...RSA, kty: '' }),
  refused('RFC 7517 §4.5 · a kid that is no string', 'jwk-malformed', { ...RSA, kid: 1 }),
  refused('RFC 7517 §4.3 · a repeated operation', 'jwk-malformed', { ...RSA, key_ops: ['verify', 'verify'] }),
  refused('RFC 7518 §6.3.1 · RSA without a modulus', 'jwk-malformed', { kty: 'RSA', e: 'AQAB' }),
  refused('RFC 7518 §6.3.1 · RSA without an exponent', 'jwk-malformed', { kty: 'RSA', n: RSA.n }),
  refused('RFC 7515 §2 · padding', 'jwk-malformed', { ...RSA, e: 'AQAB==' }),
  refused('RFC 7515 §2 · base64 instead of base64url', 'jwk-malformed', {
    ...P256,
    x: `+${P256.x.slice(1)}`,
  }),
  refused('RFC 7518 §6.2.1 · EC without a curve', 'jwk-malformed', { kty: 'EC', x: P256.x, y: P256.y }),
  refused('RFC 7518 §6.2.1 · EC without y', 'jwk-malformed', { kty: 'EC', crv: 'P-256', x: P256.x }),
  refused('RFC 8037 §2 · OKP without x', 'jwk-malformed', { kty: 'OKP', crv: 'Ed25519' }),
  refused('RFC 7591 §2 · a private RSA key', 'jwk-private', { ...RSA, d: 'AQAB' }),
  ...['p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].map((member) =>
    refused(`RFC 7591 §2 · the private member ${member}`, 'jwk-private', P256, { ...RSA, [member]: 'AQAB' }),
  ),
  refused('RFC 7591 §2 · a private key of unknown type', 'jwk-private', RSA, {
    kty: 'AKP',
    pub: 'AA',
    priv: 'AA',
  }),
  rejects('RFC 7591 §2 · a private member of the set', { jwks: { keys: [], d: 'AA' } }, 'jwk-private'),
  refused('RFC 7591 §2 · a symmetric key', 'jwk-symmetric', RSA, { kty: 'oct' }),
  refused('RFC 7518 §3.3 · RSA with 1024 bits', 'jwk-rsa-size', RSA_1024),
  refused('RFC 7518 §3.3 · RSA with 1024 bits behind zeros', 'jwk-rsa-size', {
    ...RSA_1024,
    n: 'AAAA'.repeat(60) + RSA_1024.n,
  }),
  refused('RFC 8017 §3.1 · an even exponent', 'jwk-rsa-exponent', { ...RSA, e: 'AQAA' }),
  refused('RFC 8017 §3.1 · exponent 1', 'jwk-rsa-exponent', { ...RSA, e: 'AQ' }),
  refused('RFC 7518 §6.2.1 · a point off the curve', 'jwk-ec-point', { ...P256, y: P256.x }),
  refused('RFC 7518 §6.2.1.2 · a short coordinate', 'jwk-ec-point', { ...P256, x: WITHOUT_LAST }),
  refused('RFC 7518 §6.2.1.1 · the point of another curve', 'jwk-ec-point', { ...SECP256K1, crv: 'P-256' }),
  refused('RFC 8037 §2 · an Ed25519 key of the wrong length', 'jwk-okp-length', { ...ED25519, x: X448.x }),
  allows(
    'RFC 7517 §4.3 · use, key_ops and alg that agree',
    jwks({ ...RSA, use: 'sig', alg: 'PS256', key_ops: ['verify'] }),
  ),
  allows(
    'RFC 8037 §3.1 · EdDSA and its two exact names',
    jwks({ ...ED25519, alg: 'EdDSA' }, { ...ED448, alg: 'Ed448' }),
  ),
  ...Object.entries({
    'RS256 on an EC key': { ...P256, alg: 'RS256' },
    'ES256 on P-384': { ...P384, alg: 'ES256' },
    'ES384 on P-256': { ...P256, alg: 'ES384' },
    'ES512 on P-384': { ...P384, alg: 'ES512' },
    'ES256K on P-256': { ...P256, alg: 'ES256K' },
    'ES256 on RSA': { ...RSA, alg: 'ES256' },
    'Ed25519 on Ed448': { ...ED448, alg: 'Ed25519' },
    'EdDSA on X25519': { ...X25519, alg: 'EdDSA' },
    'RSA-OAEP on EC': { ...P256, alg: 'RSA-OAEP' },
    'ECDH-ES on RSA': { ...RSA, alg: 'ECDH-ES' },
    'ECDH-ES on Ed25519': { ...ED25519, alg: 'ECDH-ES' },
    'HS256 on RSA': { ...RSA, alg: 'HS256' },
    'use enc with a signature algorithm': { ...RSA, use: 'enc', alg: 'RS256' },
    'use sig with an encryption algorithm': { ...RSA, use: 'sig', alg: 'RSA-OAEP' },
    'use sig on X25519': { ...X25519, use: 'sig' },
    'use enc on Ed25519': { ...ED25519, use: 'enc' },
    'use sig with key_ops encrypt': { ...RSA, use: 'sig', key_ops: ['encrypt'] },
    'alg RS256 with key_ops wrapKey': { ...RSA, alg: 'RS256', key_ops: ['wrapKey'] },
    'key_ops verify on X448': { ...X448, key_ops: ['verify'] },
  }).map(([name, key]) => refused(`4.4.6 · ${name}`, 'jwk-usage', key)),

  // the set
  rejects(
    'H34 · two keys of one type with one kid',
    jwks({ ...RSA, kid: 'a' }, { ...RSA_OTHER, kid: 'a' }),
    'jwks-kid',
  ),
  allows(
    'RFC 7517 §4.5 · one kid for alternatives of different type',
    jwks({ ...RSA, kid: 'a' }, { ...P256, kid: 'a' }),
  ),
  rejects(
    'OIDC Registration §2 · an encryption key beside a key without use',
    jwks({ ...RSA, use: 'enc' }, P256),
    'jwks-use',
  ),
  rejects(
    'OIDC Registration §2 · X25519 without use beside a signature key',
    jwks(X25519, { ...P256, use: 'sig' }),
    'jwks-use',
  ),
  allows(
    'OIDC Registration §2 · every key has its use',
    jwks({ ...RSA, use: 'enc' }, { ...P256, use: 'sig' }),
  ),
  allows(
    'OIDC Registration §2 · encryption keys only need no use',
    jwks({ ...RSA, alg: 'RSA-OAEP' }, X25519),
  ),
  warns('H33 · RSA exponent 3', jwks(RSA_EXPONENT_3), 'small-rsa-exponent'),

  // certificates
  allows('RFC 7517 §4.7 · x5c with the same key', jwks({ ...P256, x5c: [P256_CERTIFICATE] })),
  refused('RFC 7517 §4.7 · x5c with another key', 'jwk-certificate', { ...P384, x5c: [P256_CERTIFICATE] }),
  refused('RFC 7517 §4.7 · x5c with a key of another type', 'jwk-certificate', {
    ...RSA,
    x5c: [P256_CERTIFICATE],
  }),
  refused('RFC 7517 §4.7 · x5c that is no certificate', 'jwk-certificate', { ...P256, x5c: ['AAAA'] }),
  refused('RFC 7517 §4.7 · x5c in base64url', 'jwk-certificate', { ...P256, x5c: ['A-_A'] }),
  refused('RFC 7517 §4.7 · an empty x5c', 'jwk-malformed', { ...P256, x5c: [] }),

  // when keys are needed, and which
  allows('OIDC Core §9 · private_key_jwt with jwks_uri', signed(URI)),
  allows('OIDC Core §9 · private_key_jwt with a key', signed(jwks(P256))),
  rejects('OIDC Core §9 · private_key_jwt without keys', signed({}), 'private-key-jwt-needs-key', needsKey),
  rejects(
    'OIDC Core §9 · private_key_jwt with an empty set',
    signed(jwks()),
    'private-key-jwt-needs-key',
    needsKey,
  ),
  rejects(
    '4.4.9 · private_key_jwt with an encryption key',
    signed(jwks({ ...RSA, use: 'enc' })),
    'private-key-jwt-needs-key',
    needsKey,
  ),
  rejects(
    '4.4.9 · private_key_jwt with a key agreement key',
    signed(jwks(X25519)),
    'private-key-jwt-needs-key',
    needsKey,
  ),
  rejects(
    '4.4.9 · private_key_jwt with keys of unknown type only',
    signed(jwks({ kty: 'AKP', pub: 'AA' })),
    'private-key-jwt-needs-key',
    needsKey,
  ),
  rejects(
    '4.4.9 · ES256 with an RSA key',
    signed({ ...jwks(RSA), token_endpoint_auth_signing_alg: 'ES256' }),
    'private-key-jwt-needs-key',
    needsKey,
  ),
  rejects(
    '4.4.9 · PS256 with a key marked RS256',
    signed({ ...jwks({ ...RSA, alg: 'RS256' }), token_endpoint_auth_signing_alg: 'PS256' }),
    'private-key-jwt-needs-key',
    needsKey,
  ),
  rejects(
    '4.4.9 · a key that may only sign',
    signed(jwks({ ...RSA, key_ops: ['sign'] })),
    'private-key-jwt-needs-key',
    needsKey,
  ),
  allows(
    'RFC 9864 · EdDSA with a key marked Ed25519',
    signed({ ...jwks({ ...ED25519, alg: 'Ed25519' }), token_endpoint_auth_signing_alg: 'EdDSA' }),
  ),
  allows('RFC 8705 §2.2 · a self-signed certificate', tls({ ...P256, x5c: [P256_CERTIFICATE] })),
  allows('RFC 8705 §2.2 · self-signed certificates at jwks_uri', {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    ...URI,
  }),
  rejects(
    'RFC 8705 §2.2.2 · self-signed without certificates',
    tls(P256),
    'self-signed-tls-needs-certificate',
    needsKey,
  ),
  rejects(
    'OIDC Core §6.1 · signed request objects without keys',
    { request_object_signing_alg: 'RS256' },
    'signed-request-needs-key',
    ['request_object_signing_alg', 'jwks', 'jwks_uri'],
  ),
  allows('OIDC Core §6.1 · signed request objects with a key', {
    request_object_signing_alg: 'RS256',
    ...jwks(RSA),
  }),
  ...['id_token', 'userinfo', 'nfv_token', 'introspection', 'authorization'].flatMap((of) => {
    const member = `${of}_encrypted_response_alg`;
    return [
      rejects(
        `OIDC Core §10.2 · ${member} without keys`,
        { [member]: 'RSA-OAEP' },
        'encrypted-response-needs-key',
        [member, 'jwks', 'jwks_uri'],
      ),
      rejects(
        `4.4.9 · ${member} with a key of another type`,
        { [member]: 'ECDH-ES', ...jwks(RSA) },
        'encrypted-response-needs-key',
        [member, 'jwks', 'jwks_uri'],
      ),
      allows(`OIDC Core §10.2 · ${member} with a key`, { [member]: 'ECDH-ES+A128KW', ...jwks(X25519) }),
    ];
  }),
];
