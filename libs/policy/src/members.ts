import {
  ASYMMETRIC_JWE_ALGS,
  ASYMMETRIC_JWS_ALGS,
  GRANT_TYPES,
  JWE_ENCS,
  RESPONSE_TYPES,
  SYMMETRIC_JWE_ALGS,
  SYMMETRIC_JWS_ALGS,
  TOKEN_ENDPOINT_AUTH_METHODS,
} from '@rollbook/protocol';
import { type TSchema, Type } from '@sinclair/typebox';
import {
  bound,
  codeChallengeMethods,
  endpoint,
  endpoints,
  flag,
  issuer,
  scopes,
  valuesOf,
  words,
} from './shapes.js';

/**
 * Every member of the authorization server's metadata, in the order in which the documents show them: which values the
 * policy file may state, and where the published value comes from.
 *
 * - `bounds`: what registration accepts, as lists or flags. The file may replace the profile's value; validation and
 *   documents read the same result (spec appendix B).
 * - `limits`: the same for values that no registry lists; left out, registration keeps every value.
 * - `states`: what the file says about the authorization server, published as stated, absent otherwise.
 * - `ours`: written by this service; the file cannot state it.
 * - `derived`: as stated, or else computed from other members.
 */
type Row = { from: 'bounds' | 'limits' | 'states' | 'ours' | 'derived'; schema: TSchema; source: string };

const bounds = <S extends TSchema>(schema: S, source: string) =>
  ({ from: 'bounds', schema, source }) as const satisfies Row;
const limits = <S extends TSchema>(schema: S, source: string) =>
  ({ from: 'limits', schema, source }) as const satisfies Row;
const states = <S extends TSchema>(schema: S, source: string) =>
  ({ from: 'states', schema, source }) as const satisfies Row;
const derived = <S extends TSchema>(schema: S, source: string) =>
  ({ from: 'derived', schema, source }) as const satisfies Row;

const JWS_ALGS = [...ASYMMETRIC_JWS_ALGS, ...SYMMETRIC_JWS_ALGS];
const JWE_ALGS = [...ASYMMETRIC_JWE_ALGS, ...SYMMETRIC_JWE_ALGS];
const jws = valuesOf(JWS_ALGS);
const jwsOrNone = valuesOf([...JWS_ALGS, 'none']);
const asymmetricJws = valuesOf(ASYMMETRIC_JWS_ALGS);
/** RSA1_5 and PBES2 are unknown to the software on purpose (RFC 8725 §3.2). */
const jwe = valuesOf(JWE_ALGS);
const enc = valuesOf(JWE_ENCS);
const authMethods = valuesOf(TOKEN_ENDPOINT_AUTH_METHODS, { orAbsoluteUri: true, atLeastOne: true });

const MTLS_ALIASES = [
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
  'backchannel_authentication_endpoint',
  'userinfo_endpoint',
] as const;
const mtlsAliases = Type.Object(
  Object.fromEntries(MTLS_ALIASES.map((name) => [name, Type.Optional(endpoint)])),
  {
    additionalProperties: false,
    description: 'an object of endpoint URLs',
  },
);

export const MEMBERS = {
  issuer: derived(issuer, 'RFC 8414 §2'),
  authorization_endpoint: states(endpoint, 'RFC 8414 §2'),
  token_endpoint: states(endpoint, 'RFC 8414 §2'),
  jwks_uri: states(endpoint, 'RFC 8414 §2'),
  registration_endpoint: { from: 'ours', schema: Type.Never(), source: 'RFC 8414 §2' },
  userinfo_endpoint: states(endpoint, 'OIDC Discovery §3'),
  revocation_endpoint: states(endpoint, 'RFC 8414 §2'),
  introspection_endpoint: states(endpoint, 'RFC 8414 §2'),
  pushed_authorization_request_endpoint: states(endpoint, 'RFC 9126 §5'),
  device_authorization_endpoint: states(endpoint, 'RFC 8628 §4'),
  backchannel_authentication_endpoint: states(endpoint, 'CIBA Core §4'),
  end_session_endpoint: states(endpoint, 'OIDC RP-Initiated Logout §2.1'),
  check_session_iframe: states(endpoint, 'OIDC Session Management §3.3'),
  mtls_endpoint_aliases: states(mtlsAliases, 'RFC 8705 §5'),

  grant_types_supported: bounds(
    valuesOf(GRANT_TYPES, { orAbsoluteUri: true, atLeastOne: true }),
    'RFC 8414 §2',
  ),
  response_types_supported: bounds(valuesOf(RESPONSE_TYPES, { atLeastOne: true }), 'RFC 8414 §2'),
  response_modes_supported: states(words, 'RFC 8414 §2'),
  scopes_supported: limits(scopes, 'RFC 8414 §2'),
  code_challenge_methods_supported: derived(codeChallengeMethods, 'RFC 8414 §2'),
  token_endpoint_auth_methods_supported: bounds(authMethods, 'RFC 8414 §2'),
  token_endpoint_auth_signing_alg_values_supported: bounds(jws, 'RFC 8414 §2'),
  revocation_endpoint_auth_methods_supported: derived(authMethods, 'RFC 8414 §2'),
  revocation_endpoint_auth_signing_alg_values_supported: derived(jws, 'RFC 8414 §2'),
  introspection_endpoint_auth_methods_supported: derived(authMethods, 'RFC 8414 §2'),
  introspection_endpoint_auth_signing_alg_values_supported: derived(jws, 'RFC 8414 §2'),

  subject_types_supported: bounds(
    valuesOf(['public', 'pairwise'], { atLeastOne: true }),
    'OIDC Discovery §3',
  ),
  acr_values_supported: limits(bound, 'OIDC Discovery §3'),
  authorization_details_types_supported: limits(bound, 'RFC 9396 §10'),
  id_token_signing_alg_values_supported: bounds(
    valuesOf([...JWS_ALGS, 'none'], { atLeastOne: true }),
    'OIDC Discovery §3',
  ),
  id_token_encryption_alg_values_supported: bounds(jwe, 'OIDC Discovery §3'),
  id_token_encryption_enc_values_supported: bounds(enc, 'OIDC Discovery §3'),
  userinfo_signing_alg_values_supported: bounds(jwsOrNone, 'OIDC Discovery §3'),
  userinfo_encryption_alg_values_supported: bounds(jwe, 'OIDC Discovery §3'),
  userinfo_encryption_enc_values_supported: bounds(enc, 'OIDC Discovery §3'),
  request_object_signing_alg_values_supported: bounds(jwsOrNone, 'OIDC Discovery §3'),
  request_object_encryption_alg_values_supported: bounds(jwe, 'OIDC Discovery §3'),
  request_object_encryption_enc_values_supported: bounds(enc, 'OIDC Discovery §3'),
  authorization_signing_alg_values_supported: bounds(jws, 'JARM §4'),
  authorization_encryption_alg_values_supported: bounds(jwe, 'JARM §4'),
  authorization_encryption_enc_values_supported: bounds(enc, 'JARM §4'),
  introspection_signing_alg_values_supported: bounds(jws, 'RFC 9701 §7'),
  introspection_encryption_alg_values_supported: bounds(jwe, 'RFC 9701 §7'),
  introspection_encryption_enc_values_supported: bounds(enc, 'RFC 9701 §7'),
  backchannel_token_delivery_modes_supported: bounds(valuesOf(['poll', 'ping', 'push']), 'CIBA Core §4'),
  backchannel_authentication_request_signing_alg_values_supported: bounds(asymmetricJws, 'CIBA Core §4'),

  backchannel_user_code_parameter_supported: bounds(flag, 'CIBA Core §4'),
  request_parameter_supported: states(flag, 'OIDC Discovery §3'),
  request_uri_parameter_supported: states(flag, 'OIDC Discovery §3'),
  require_request_uri_registration: states(flag, 'OIDC Discovery §3'),
  require_signed_request_object: bounds(flag, 'RFC 9101 §10.5'),
  require_pushed_authorization_requests: bounds(flag, 'RFC 9126 §5'),
  authorization_response_iss_parameter_supported: states(flag, 'RFC 9207 §3'),
  tls_client_certificate_bound_access_tokens: bounds(flag, 'RFC 8705 §3.3'),
  dpop_signing_alg_values_supported: bounds(asymmetricJws, 'RFC 9449 §5.1'),
  frontchannel_logout_supported: bounds(flag, 'OIDC Front-Channel Logout §3'),
  frontchannel_logout_session_supported: states(flag, 'OIDC Front-Channel Logout §3'),
  backchannel_logout_supported: bounds(flag, 'OIDC Back-Channel Logout §2.1'),
  backchannel_logout_session_supported: states(flag, 'OIDC Back-Channel Logout §2.1'),
  client_id_metadata_document_supported: states(flag, 'OAuth Client ID Metadata Document §5'),
  client_registration_types_supported: states(words, 'OpenID Federation §5.1.3'),

  claims_supported: states(words, 'OIDC Discovery §3'),
  claim_types_supported: states(words, 'OIDC Discovery §3'),
  claims_parameter_supported: states(flag, 'OIDC Discovery §3'),
  claims_locales_supported: states(words, 'OIDC Discovery §3'),
  ui_locales_supported: states(words, 'RFC 8414 §2'),
  display_values_supported: states(words, 'OIDC Discovery §3'),
  prompt_values_supported: states(words, 'Initiating User Registration via OIDC §4.1'),
  protected_resources: states(endpoints, 'RFC 9728 §4'),
  service_documentation: states(endpoint, 'RFC 8414 §2'),
  op_policy_uri: states(endpoint, 'RFC 8414 §2'),
  op_tos_uri: states(endpoint, 'RFC 8414 §2'),
} as const satisfies Record<string, Row>;

export type MemberName = keyof typeof MEMBERS;
export const MEMBER_NAMES = Object.keys(MEMBERS) as MemberName[];

type NameOf<From extends Row['from']> = {
  [N in MemberName]: (typeof MEMBERS)[N]['from'] extends From ? N : never;
}[MemberName];

/** What the file may say of the authorization server and registration does not depend on. */
export type StatedName = NameOf<'states' | 'derived'>;
export const STATED_NAMES = MEMBER_NAMES.filter(
  (name): name is StatedName => MEMBERS[name].from === 'states' || MEMBERS[name].from === 'derived',
);
