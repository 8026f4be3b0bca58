import { ASYMMETRIC_JWS_ALGS, JWE_ENCS } from '@rollbook/protocol';
import { grantsOf } from './predicates/response-type.js';
import { listedText, oneOf, responseType, supported } from './shapes/enumerated.js';
import type { Shape } from './shapes/shape.js';
import { flag, formats, jwkSet, listOf, wholeSeconds } from './shapes/structure.js';
import {
  distinguishedName,
  dnsName,
  email,
  ipAddress,
  permittedScope,
  scopeTokens,
  subjectSyntax,
  text,
} from './shapes/text.js';
import {
  absoluteUri,
  backchannelUrl,
  calledUrl,
  frontchannelUrl,
  httpsUrl,
  redirection,
  redirectUri,
  requestUri,
  walletUrl,
  webUrl,
} from './shapes/uri.js';
import { always, type Default, type Draft, type MemberRow } from './table.js';

/** Rows keyed by member. Their order is the order of report. */
function members<const Table extends { readonly [member: string]: MemberRow }>(rows: Table): Table {
  return rows;
}

const REDIRECTED: readonly string[] = ['authorization_code', 'implicit'];

/** H9: what the response types need, when only these are given. */
const grants: Default = {
  says: '["authorization_code"]; with response_types given, the grants these need',
  reads: ['response_types'],
  from: (m) =>
    m.response_types === undefined
      ? ['authorization_code']
      : [...new Set(m.response_types.flatMap(grantsOf))].sort(),
};

/** H9: none, when the grants do not use the authorization endpoint. */
const responses: Default = {
  says: '["code"]; [] when grant_types has neither authorization_code nor implicit',
  reads: ['grant_types'],
  from: (m) =>
    m.grant_types === undefined || m.grant_types.some((grant) => REDIRECTED.includes(grant)) ? ['code'] : [],
};

/** The content encryption that goes with a key management algorithm (4.5.2). */
function encWith(alg: string): Default {
  return {
    says: `A128CBC-HS256 once ${alg} is given`,
    reads: [alg],
    from: (m) => (m[alg] === undefined ? undefined : 'A128CBC-HS256'),
  };
}

/** A flag that the server requires of every client (appendix B). */
function forced(by: 'require_signed_request_object' | 'require_pushed_authorization_requests'): Default {
  return {
    says: `true if the server has ${by}`,
    reads: [],
    from: (_m, policy) => policy.flags[by] || undefined,
  };
}

const keepFor =
  (...methods: string[]) =>
  (value: string, m: Draft): string | undefined =>
    methods.includes(m.token_endpoint_auth_method ?? '') ? value : undefined;

const withoutEmpty = (list: readonly string[]): readonly string[] | undefined =>
  list.length === 0 ? undefined : list;

/** One of the nineteen arrays of RP Metadata Choices; its entries are judged when one of them is chosen. */
function choiceOf<const Member extends string>(member: Member) {
  return { shape: listOf(text()), chooses: member, source: 'OIDC RP Metadata Choices §2' } as const;
}

const DCR = 'OIDC Registration §2';
const FEDERATION = 'OpenID Federation §5.2.2';
const CIBA = 'CIBA Core §4';
const MTLS = 'RFC 8705 §2.1.2';

export const MEMBERS = members({
  // RFC 7591 and RFC 7592
  redirect_uris: {
    shape: listOf(redirectUri),
    error: 'invalid_redirect_uri',
    group: 'redirect URIs',
    source: 'RFC 7591 §2',
  },
  token_endpoint_auth_method: {
    shape: supported('token_endpoint_auth_methods_supported'),
    default: always('client_secret_basic'),
    source: 'RFC 7591 §2',
  },
  grant_types: { shape: listOf(supported('grant_types_supported')), default: grants, source: 'RFC 7591 §2' },
  response_types: { shape: listOf(responseType), default: responses, source: 'RFC 7591 §2' },
  client_name: { shape: text(256), localized: true, source: 'RFC 7591 §2' },
  client_uri: { shape: webUrl, localized: true, source: 'RFC 7591 §2' },
  logo_uri: { shape: webUrl, localized: true, source: 'RFC 7591 §2' },
  scope: {
    shape: scopeTokens,
    normalise: (scope: string, _m, policy) => permittedScope(scope, policy),
    source: 'RFC 7591 §2',
  },
  contacts: {
    shape: listOf(text(), { max: 20 }),
    personal: true,
    normalise: withoutEmpty,
    source: 'RFC 7591 §2',
  },
  tos_uri: { shape: webUrl, localized: true, source: 'RFC 7591 §2' },
  policy_uri: { shape: webUrl, localized: true, source: 'RFC 7591 §2' },
  jwks_uri: { shape: calledUrl, source: 'RFC 7591 §2' },
  jwks: { shape: jwkSet, source: 'RFC 7591 §2' },
  software_id: { shape: text(), source: 'RFC 7591 §2' },
  software_version: { shape: text(), source: 'RFC 7591 §2' },
  client_id: { shape: text(), writtenBy: 'server', onUpdate: 'required', source: 'RFC 7592 §2.2' },
  client_secret: { shape: text(), writtenBy: 'server', onUpdate: 'matched', source: 'RFC 7592 §2.2' },
  client_id_issued_at: {
    shape: wholeSeconds,
    writtenBy: 'server',
    onUpdate: 'refused',
    source: 'RFC 7592 §2.2',
  },
  client_secret_expires_at: {
    shape: wholeSeconds,
    writtenBy: 'server',
    onUpdate: 'refused',
    source: 'RFC 7592 §2.2',
  },
  registration_access_token: {
    shape: text(),
    writtenBy: 'server',
    onUpdate: 'refused',
    source: 'RFC 7592 §2.2',
  },
  registration_client_uri: {
    shape: httpsUrl,
    writtenBy: 'server',
    onUpdate: 'refused',
    source: 'RFC 7592 §2.2',
  },

  // OpenID Connect Dynamic Client Registration
  application_type: { shape: oneOf(['web', 'native']), assumed: 'web', source: DCR },
  sector_identifier_uri: { shape: calledUrl, source: DCR },
  subject_type: {
    shape: supported('subject_types_supported'),
    assumed: 'the choice of the server',
    source: DCR,
  },
  id_token_signed_response_alg: {
    shape: supported('id_token_signing_alg_values_supported'),
    assumed: 'RS256',
    source: DCR,
  },
  id_token_encrypted_response_alg: {
    shape: supported('id_token_encryption_alg_values_supported'),
    assumed: 'no encryption',
    source: DCR,
  },
  id_token_encrypted_response_enc: {
    shape: supported('id_token_encryption_enc_values_supported'),
    default: encWith('id_token_encrypted_response_alg'),
    source: DCR,
  },
  userinfo_signed_response_alg: {
    shape: supported('userinfo_signing_alg_values_supported'),
    assumed: 'plain JSON',
    source: DCR,
  },
  userinfo_encrypted_response_alg: {
    shape: supported('userinfo_encryption_alg_values_supported'),
    assumed: 'no encryption',
    source: DCR,
  },
  userinfo_encrypted_response_enc: {
    shape: supported('userinfo_encryption_enc_values_supported'),
    default: encWith('userinfo_encrypted_response_alg'),
    source: DCR,
  },
  request_object_signing_alg: {
    shape: supported('request_object_signing_alg_values_supported'),
    assumed: 'any supported',
    source: DCR,
  },
  request_object_encryption_alg: {
    shape: supported('request_object_encryption_alg_values_supported'),
    assumed: 'nothing declared',
    source: DCR,
  },
  request_object_encryption_enc: {
    shape: supported('request_object_encryption_enc_values_supported'),
    default: encWith('request_object_encryption_alg'),
    source: DCR,
  },
  token_endpoint_auth_signing_alg: {
    shape: supported('token_endpoint_auth_signing_alg_values_supported', { not: 'none' }),
    assumed: 'any supported',
    // H23: no other method signs anything at the token endpoint.
    normalise: keepFor('private_key_jwt', 'client_secret_jwt'),
    source: DCR,
  },
  // `+ 0` turns -0, which JSON can say, into 0.
  default_max_age: { shape: wholeSeconds, normalise: (seconds: number) => seconds + 0, source: DCR },
  require_auth_time: { shape: flag, assumed: 'false', source: DCR },
  default_acr_values: { shape: listOf(listedText('acr_values_supported')), source: DCR },
  initiate_login_uri: { shape: httpsUrl, source: DCR },
  request_uris: { shape: listOf(requestUri, { max: 20 }), source: DCR },

  // UMA, NFV
  claims_redirect_uris: { shape: listOf(redirection), source: 'UMA 2.0 Grant §2' },
  nfv_token_signed_response_alg: {
    shape: supported('id_token_signing_alg_values_supported'),
    source: 'ETSI GS NFV-SEC 022',
  },
  nfv_token_encrypted_response_alg: {
    shape: supported('id_token_encryption_alg_values_supported'),
    source: 'ETSI GS NFV-SEC 022',
  },
  nfv_token_encrypted_response_enc: {
    shape: supported('id_token_encryption_enc_values_supported'),
    default: encWith('nfv_token_encrypted_response_alg'),
    source: 'ETSI GS NFV-SEC 022',
  },

  // Mutual TLS (H25: the certificate subject means nothing with another authentication method)
  tls_client_certificate_bound_access_tokens: { shape: flag, assumed: 'false', source: 'RFC 8705 §3.4' },
  tls_client_auth_subject_dn: {
    shape: distinguishedName,
    normalise: keepFor('tls_client_auth'),
    source: MTLS,
  },
  tls_client_auth_san_dns: { shape: dnsName, normalise: keepFor('tls_client_auth'), source: MTLS },
  tls_client_auth_san_uri: { shape: absoluteUri, normalise: keepFor('tls_client_auth'), source: MTLS },
  tls_client_auth_san_ip: { shape: ipAddress, normalise: keepFor('tls_client_auth'), source: MTLS },
  tls_client_auth_san_email: { shape: email, normalise: keepFor('tls_client_auth'), source: MTLS },

  // JAR, PAR, introspection
  require_signed_request_object: {
    shape: flag,
    default: forced('require_signed_request_object'),
    assumed: 'false',
    source: 'RFC 9101 §10.5',
  },
  require_pushed_authorization_requests: {
    shape: flag,
    default: forced('require_pushed_authorization_requests'),
    assumed: 'false',
    source: 'RFC 9126 §6',
  },
  introspection_signed_response_alg: {
    shape: supported('introspection_signing_alg_values_supported', { not: 'none' }),
    assumed: 'RS256',
    source: 'RFC 9701 §6',
  },
  introspection_encrypted_response_alg: {
    shape: supported('introspection_encryption_alg_values_supported'),
    assumed: 'no encryption',
    source: 'RFC 9701 §6',
  },
  introspection_encrypted_response_enc: {
    shape: supported('introspection_encryption_enc_values_supported'),
    default: encWith('introspection_encrypted_response_alg'),
    source: 'RFC 9701 §6',
  },

  // Logout
  frontchannel_logout_uri: { shape: frontchannelUrl, source: 'OIDC Front-Channel Logout §2' },
  frontchannel_logout_session_required: {
    shape: flag,
    assumed: 'false',
    source: 'OIDC Front-Channel Logout §2',
  },
  backchannel_logout_uri: { shape: backchannelUrl, source: 'OIDC Back-Channel Logout §2.2' },
  backchannel_logout_session_required: {
    shape: flag,
    assumed: 'false',
    source: 'OIDC Back-Channel Logout §2.2',
  },
  post_logout_redirect_uris: { shape: listOf(redirection), source: 'OIDC RP-Initiated Logout §3.1' },

  // Later extensions
  authorization_details_types: {
    shape: listOf(listedText('authorization_details_types_supported')),
    source: 'RFC 9396 §10',
  },
  dpop_bound_access_tokens: { shape: flag, assumed: 'false', source: 'RFC 9449 §5.2' },
  client_registration_types: { shape: listOf(text()), source: 'OpenID Federation §5.1.2' },
  signed_jwks_uri: { shape: calledUrl, source: 'OpenID Federation §5.2.1' },
  organization_name: { shape: text(), localized: true, source: FEDERATION },
  description: { shape: text(), localized: true, source: FEDERATION },
  keywords: { shape: listOf(text()), localized: true, source: FEDERATION },
  information_uri: { shape: webUrl, localized: true, source: FEDERATION },
  organization_uri: { shape: webUrl, localized: true, source: FEDERATION },
  use_mtls_endpoint_aliases: {
    shape: flag,
    assumed: 'false',
    source: 'FAPI 2.0 Security Profile §5.2.2.1.1',
  },
  encrypted_response_enc_values_supported: {
    shape: listOf(oneOf(JWE_ENCS), { min: 1 }),
    assumed: 'A128GCM only',
    source: 'OpenID4VP §5.1',
  },
  vp_formats_supported: { shape: formats, source: 'OpenID4VP §11.1' },

  // Specified, but not in the registry
  software_statement: {
    shape: text(),
    personal: true,
    ignored: 'software statements are not evaluated (RFC 7591 §2.3 lets a server ignore them)',
    source: 'RFC 7591 §2.3',
  },
  authorization_signed_response_alg: {
    shape: supported('authorization_signing_alg_values_supported', { not: 'none' }),
    assumed: 'RS256',
    source: 'JARM §3',
  },
  authorization_encrypted_response_alg: {
    shape: supported('authorization_encryption_alg_values_supported'),
    assumed: 'no encryption',
    source: 'JARM §3',
  },
  authorization_encrypted_response_enc: {
    shape: supported('authorization_encryption_enc_values_supported'),
    default: encWith('authorization_encrypted_response_alg'),
    source: 'JARM §3',
  },
  backchannel_token_delivery_mode: {
    shape: supported('backchannel_token_delivery_modes_supported'),
    source: CIBA,
  },
  backchannel_client_notification_endpoint: { shape: calledUrl, source: CIBA },
  backchannel_authentication_request_signing_alg: {
    shape: supported('backchannel_authentication_request_signing_alg_values_supported', {
      among: ASYMMETRIC_JWS_ALGS,
    }),
    assumed: 'unsigned requests',
    source: CIBA,
  },
  backchannel_user_code_parameter: { shape: flag, assumed: 'false', source: CIBA },
  credential_offer_endpoint: { shape: walletUrl, source: 'OpenID4VCI §4.1' },
  subject_syntax_types_supported: { shape: listOf(subjectSyntax), source: 'SIOPv2 §7.5' },

  // RP Metadata Choices
  subject_types_supported: choiceOf('subject_type'),
  id_token_signing_alg_values_supported: choiceOf('id_token_signed_response_alg'),
  id_token_encryption_alg_values_supported: choiceOf('id_token_encrypted_response_alg'),
  id_token_encryption_enc_values_supported: choiceOf('id_token_encrypted_response_enc'),
  userinfo_signing_alg_values_supported: choiceOf('userinfo_signed_response_alg'),
  userinfo_encryption_alg_values_supported: choiceOf('userinfo_encrypted_response_alg'),
  userinfo_encryption_enc_values_supported: choiceOf('userinfo_encrypted_response_enc'),
  request_object_signing_alg_values_supported: choiceOf('request_object_signing_alg'),
  request_object_encryption_alg_values_supported: choiceOf('request_object_encryption_alg'),
  request_object_encryption_enc_values_supported: choiceOf('request_object_encryption_enc'),
  token_endpoint_auth_methods_supported: choiceOf('token_endpoint_auth_method'),
  token_endpoint_auth_signing_alg_values_supported: choiceOf('token_endpoint_auth_signing_alg'),
  backchannel_authentication_request_signing_alg_values_supported: choiceOf(
    'backchannel_authentication_request_signing_alg',
  ),
  authorization_signing_alg_values_supported: choiceOf('authorization_signed_response_alg'),
  authorization_encryption_alg_values_supported: choiceOf('authorization_encrypted_response_alg'),
  authorization_encryption_enc_values_supported: choiceOf('authorization_encrypted_response_enc'),
  introspection_signing_alg_values_supported: choiceOf('introspection_signed_response_alg'),
  introspection_encryption_alg_values_supported: choiceOf('introspection_encrypted_response_alg'),
  introspection_encryption_enc_values_supported: choiceOf('introspection_encrypted_response_enc'),
});

/** Registered or specified somewhere, and not client metadata here: ignored like any unknown member (H4). */
export const UNSUPPORTED: { readonly [member: string]: string } = {
  display_name: 'registered for servers and resources, not for clients (OpenID Federation §5.2.2)',
  webhook_uris: 'of one ecosystem, with an error code of its own (Brazil DCR API description)',
  introspection_endpoint_auth_method: 'token_endpoint_auth_method applies to every endpoint (RFC 7591 §2)',
  revocation_endpoint_auth_method: 'token_endpoint_auth_method applies to every endpoint (RFC 7591 §2)',
};

type Rows = typeof MEMBERS;
export type MemberName = keyof Rows;
type ValueOf<Name extends MemberName> = Rows[Name]['shape'] extends Shape<infer Value> ? Value : never;
/** What the server writes, or what only helps to choose another member, is in no record. */
type NotKept = { readonly writtenBy: 'server' } | { readonly chooses: string };
/** Members that a record can have, untagged. */
export type RecordMember = { [Name in MemberName]: Rows[Name] extends NotKept ? never : Name }[MemberName];
type Localized = {
  [Name in MemberName]: Rows[Name] extends { readonly localized: true } ? Name : never;
}[MemberName];
type Personal = {
  [Name in MemberName]: Rows[Name] extends { readonly personal: true } ? Name : never;
}[MemberName];

/** A validated record: wire names, defaults in place, nothing unknown, nothing `null` or `""`. */
export type ClientMetadata = { readonly [Name in RecordMember]?: ValueOf<Name> } & {
  readonly [Name in Localized as `${Name}#${string}`]?: ValueOf<Name>;
};
/** The part of a record that is personal data (design §3). */
export type PersonalMetadata = { readonly [Name in Personal]?: ValueOf<Name> };
