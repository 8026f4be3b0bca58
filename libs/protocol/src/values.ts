/** Registered values (spec appendix A), spelled as their registries spell them. */

/** RFC 7591 §2 and extensions. */
export const GRANT_TYPES = [
  'authorization_code',
  'implicit',
  'password',
  'client_credentials',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:uma-ticket',
  'urn:ietf:params:oauth:grant-type:pre-authorized_code',
  'urn:openid:params:grant-type:ciba',
] as const;

/** IANA OAuth Authorization Endpoint Response Types; the words of an entry form a set. */
export const RESPONSE_TYPES = [
  'code',
  'token',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
  'none',
  'vp_token',
  'vp_token id_token',
] as const;

/** IANA OAuth Token Endpoint Authentication Methods. */
export const TOKEN_ENDPOINT_AUTH_METHODS = [
  'none',
  'client_secret_post',
  'client_secret_basic',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
] as const;

/** JWS algorithms for public keys (IANA JOSE); RSASSA-PKCS1 first, as the specifications list them. */
export const ASYMMETRIC_JWS_ALGS = [
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
] as const;

/** JWS algorithms for which the client_secret is the key (Core §10.1). */
export const SYMMETRIC_JWS_ALGS = ['HS256', 'HS384', 'HS512'] as const;

/** JWE key management with a public key of the client. */
export const ASYMMETRIC_JWE_ALGS = [
  'RSA-OAEP',
  'RSA-OAEP-256',
  'RSA-OAEP-384',
  'RSA-OAEP-512',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A192KW',
  'ECDH-ES+A256KW',
] as const;

/** JWE key management with a key derived from the client_secret (Core §10.2). */
export const SYMMETRIC_JWE_ALGS = [
  'A128KW',
  'A192KW',
  'A256KW',
  'A128GCMKW',
  'A192GCMKW',
  'A256GCMKW',
  'dir',
] as const;

/** JWE content encryption. */
export const JWE_ENCS = [
  'A128CBC-HS256',
  'A192CBC-HS384',
  'A256CBC-HS512',
  'A128GCM',
  'A192GCM',
  'A256GCM',
] as const;
