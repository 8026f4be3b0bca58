/**
 * What can be wrong with a value on its own, whatever member it stands in. `says` completes the sentence that starts
 * with the member's name; `source` replaces the section of the member where the rule has its own.
 */
type ShapeRuleRow = { says: string; source?: string };

export const SHAPE_RULES = {
  'wrong-type': { says: 'has the wrong JSON type' },
  'empty-entry': { says: 'must not be an empty string' },
  'empty-list': { says: 'must have at least one entry' },
  'too-long': { says: 'is too long' },
  'too-many': { says: 'has too many entries' },
  'unsupported-value': { says: 'has a value that is not supported' },
  'unsafe-text': {
    says: 'must not contain control, zero-width or text direction characters or unpaired surrogates',
  },
  'scope-syntax': {
    says: 'must be scope tokens separated by single spaces',
    source: 'RFC 6749 §3.3',
  },
  'scope-not-permitted': { says: 'has no scope that this server permits' },
  'uri-malformed': {
    says: 'must be an absolute URI: scheme first, only ASCII characters that RFC 3986 allows, valid percent-encoding',
    source: 'RFC 3986 §4.3',
  },
  'uri-scheme': { says: 'has a scheme that is not allowed here' },
  'uri-forbidden-scheme': {
    says: 'must not use a scheme that runs code, reads files or starts another program',
    source: 'RFC 7591 §5',
  },
  'uri-host': { says: 'needs // and a host name or IP address', source: 'RFC 3986 §3.2.2' },
  'uri-userinfo': {
    says: 'must not contain a user name or password before the host',
    source: 'RFC 3986 §3.2.1',
  },
  'uri-port': { says: 'must have a port between 1 and 65535, or none', source: 'RFC 3986 §3.2.3' },
  'uri-fragment': { says: 'must not contain a fragment; remove the # and what follows' },
  'uri-wildcard': {
    says: 'must not contain an asterisk in host or path; register every URI in full',
    source: 'RFC 9700 §2.1',
  },
  'special-purpose-host': {
    says: 'must not name a loopback, private or other special-purpose address',
    source: 'RFC 7591 §5',
  },
  'not-seconds': { says: 'must be a whole number of seconds, 0 or more' },
  'distinguished-name': {
    says: 'must be a distinguished name such as CN=client,O=Example',
    source: 'RFC 4514 §3',
  },
  'dns-name': {
    says: 'must be a DNS name in ASCII, without wildcard and final dot',
    source: 'RFC 5280 §4.2.1.6',
  },
  'ip-address': { says: 'must be an IPv4 address in dotted form or an IPv6 address' },
  'email-address': { says: 'must be an e-mail address in ASCII', source: 'RFC 5280 §4.2.1.6' },
  'subject-syntax': {
    says: 'must be urn:ietf:params:oauth:jwk-thumbprint, did, or did: and a method name',
  },
  'format-object': { says: 'must map each format identifier to a JSON object' },
  'json-value': {
    says: 'must not contain unpaired surrogates or numbers beyond 1.8e308',
    source: 'RFC 7493 §2',
  },
  'jwk-malformed': {
    says: 'must be a JWK: an object with kty and the members its type needs, in base64url without padding',
    source: 'RFC 7517 §4',
  },
  'jwk-private': {
    says: 'must not contain private key members; send public keys only and replace this key',
    source: 'RFC 7591 §2',
  },
  'jwk-symmetric': { says: 'must not be a symmetric key; send public keys only', source: 'RFC 7591 §2' },
  'jwk-rsa-size': { says: 'must have an RSA modulus of at least 2048 bits', source: 'RFC 7518 §3.3' },
  'jwk-rsa-exponent': { says: 'must have an odd RSA exponent above 1', source: 'RFC 7518 §6.3.1.2' },
  'jwk-ec-point': {
    says: 'must have coordinates of full length that are a point of its curve',
    source: 'RFC 7518 §6.2.1',
  },
  'jwk-okp-length': { says: 'must have a public key of the length of its curve', source: 'RFC 8037 §2' },
  'jwk-usage': {
    says: 'must have use, key_ops and alg that agree with each other and with key type and curve',
    source: 'RFC 7517 §4.3',
  },
  'jwk-certificate': {
    says: 'must have in x5c first a base64 DER certificate of the same key',
    source: 'RFC 7517 §4.7',
  },
  'jwks-kid': { says: 'must not have two keys of one type with the same kid', source: 'RFC 7517 §4.5' },
  'jwks-use': {
    says: 'holds encryption keys and others: every key needs use',
    source: 'OIDC Registration §2',
  },
} as const satisfies { readonly [rule: string]: ShapeRuleRow };

export type ShapeRule = keyof typeof SHAPE_RULES;
