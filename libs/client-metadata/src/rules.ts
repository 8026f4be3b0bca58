import type { ClientMetadata, RecordMember } from './members.js';
import type { MetadataPolicy } from './metadata-policy.js';
import { holdsCertificate, holdsFitKey } from './predicates/jwk-set.js';
import {
  isAsymmetricEncryption,
  isAsymmetricSignature,
  isSymmetricEncryption,
  isSymmetricSignature,
  type KeyUse,
} from './predicates/key-algorithms.js';
import { isFormAllowed, redirectForm, type RedirectForm } from './predicates/redirect-uri.js';
import { grantsOf, hasWord, isFrontChannel, isPresentation } from './predicates/response-type.js';
import { originOf, parseUri } from './predicates/uri.js';
import { ENCRYPTION_ALGS, isPublicClient, RESPONSE_ENCRYPTION_ALGS, SIGNING_ALGS } from './secret-need.js';
import { hasCibaSector, hasDeviceSector, hasOneSector } from './sector.js';
import type { Group } from './table.js';

/** One sentence of a specification that relates members. */
export type Rule = {
  id: string;
  /** Named in the violation. `redirect_uris` among them makes it `invalid_redirect_uri`. */
  members: readonly RecordMember[];
  /** Looked at besides `members`: when one of all these is wrong in itself, the rule is not asked. */
  reads?: readonly RecordMember[];
  /** `cross-field` unless said otherwise. */
  group?: Group;
  source: string;
  holds: (m: ClientMetadata, policy: MetadataPolicy) => boolean;
  /** What to change; nothing of the input is repeated (H15). */
  says: string;
};

const CIBA = 'urn:openid:params:grant-type:ciba';
const grants = (m: ClientMetadata): readonly string[] => m.grant_types ?? [];
const responses = (m: ClientMetadata): readonly string[] => m.response_types ?? [];
const isNative = (m: ClientMetadata): boolean => m.application_type === 'native';

/** Grants that never yield a refresh token (RFC 6749 §4.2.2, §4.4.3), and the one that would use it. */
const WITHOUT_REFRESH: readonly string[] = ['implicit', 'client_credentials', 'refresh_token'];

/** A row of the table in 4.3. */
const redirects = (form: RedirectForm, source: string, says: string): Rule => ({
  id: `redirect-uri-${form}`,
  members: ['redirect_uris'],
  reads: ['application_type', 'response_types'],
  group: 'redirect URIs',
  source,
  holds: (m, policy) => {
    const column = isNative(m) ? 'native' : responses(m).some(isFrontChannel) ? 'webImplicit' : 'web';
    if (isFormAllowed(form, column, policy.knobs)) return true;
    return !(m.redirect_uris ?? []).some((uri) => redirectForm(uri) === form);
  },
  says,
});

type EncMember = Extract<RecordMember, `${string}_enc`>;
type AlgMember = Extract<RecordMember, `${string}_alg`>;
type Bounded = Extract<
  RecordMember,
  | 'tls_client_certificate_bound_access_tokens'
  | 'dpop_bound_access_tokens'
  | 'backchannel_user_code_parameter'
  | 'frontchannel_logout_uri'
  | 'backchannel_logout_uri'
>;

const listed = (value: string | readonly string[] | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : (value ?? []);

/** Keys by reference are not fetched (H35); keys by value must hold one that fits (4.4.9). */
const hasKey = (m: ClientMetadata, purpose: KeyUse, alg?: string): boolean =>
  m.jwks_uri !== undefined || (m.jwks !== undefined && holdsFitKey(m.jwks, purpose, alg));

const encNeedsAlg = (enc: EncMember, alg: AlgMember, source: string): Rule => ({
  id: 'enc-needs-alg',
  members: [enc, alg],
  source,
  holds: (m) => m[enc] === undefined || m[alg] !== undefined,
  says: `${enc} needs ${alg}; add it or remove ${enc}`,
});

const httpLogout = (
  member: 'frontchannel_logout_uri' | 'backchannel_logout_uri' | 'post_logout_redirect_uris',
  source: string,
): Rule => ({
  id: 'http-logout-uri',
  members: [member],
  reads: ['token_endpoint_auth_method'],
  source,
  holds: (m, policy) =>
    (policy.knobs.httpLogoutUris && !isPublicClient(m)) ||
    !listed(m[member]).some((uri) => /^http:/i.test(uri)),
  says: `${member}: use https; http is at most for confidential clients`,
});

/** A flag that may be true only where the server says that it supports what the flag asks for (appendix B). */
const needsSupport = (
  id: string,
  member: Bounded,
  source: string,
  isSupported: (policy: MetadataPolicy) => boolean,
): Rule => ({
  id,
  members: [member],
  group: 'policy profile',
  source,
  holds: (m, policy) => m[member] === undefined || m[member] === false || isSupported(policy),
  says: `${member} is not supported by this server; remove it`,
});

/** Rows that relate members. Their order is the order of report. */
export const RULES: readonly Rule[] = [
  // 4.3 redirect URIs
  {
    id: 'redirect-uris-required',
    members: ['redirect_uris'],
    reads: ['response_types'],
    group: 'redirect URIs',
    source: 'RFC 7591 §2',
    holds: (m) => responses(m).every(isPresentation) || (m.redirect_uris?.length ?? 0) > 0,
    says: 'redirect_uris must have at least one entry when response_types has one; a client without redirection sends response_types []',
  },
  redirects(
    'https-localhost',
    'OIDC Registration §2',
    'redirect_uris: https on localhost, 127.0.0.1 or [::1] is for web clients without implicit or hybrid response types; a native client uses http there',
  ),
  redirects(
    'http-remote',
    'RFC 7591 §5',
    'redirect_uris: use https; http is only for localhost, 127.0.0.1 and [::1], spelled so',
  ),
  redirects(
    'http-loopback',
    'OIDC Registration §2',
    'redirect_uris: http on a loopback host needs application_type native, or a web client without implicit or hybrid response types where the server allows it',
  ),
  redirects(
    'private-use-dotted',
    'OIDC Registration §2',
    'redirect_uris: a private-use scheme needs application_type native, or a web client without implicit or hybrid response types where the server allows it',
  ),
  redirects(
    'private-use-undotted',
    'RFC 8252 §7.1',
    'redirect_uris: a private-use scheme without a dot needs application_type native; better is a reversed domain name such as com.example.app',
  ),

  // 4.1 grants and response types
  {
    id: 'response-types-need-grants',
    members: ['grant_types', 'response_types'],
    source: 'RFC 7591 §2.1',
    holds: (m) => responses(m).every((type) => grantsOf(type).every((grant) => grants(m).includes(grant))),
    says: 'response_types with code need grant_types authorization_code; those with token or id_token need implicit',
  },
  {
    id: 'code-grant-needs-response-type',
    members: ['grant_types', 'response_types'],
    source: 'RFC 7591 §2.1',
    holds: (m) =>
      !grants(m).includes('authorization_code') || responses(m).some((type) => hasWord(type, 'code')),
    says: 'grant_types authorization_code needs an entry with code in response_types',
  },
  {
    id: 'implicit-grant-needs-response-type',
    members: ['grant_types', 'response_types'],
    source: 'RFC 7591 §2.1',
    // By the words alone: `vp_token id_token` needs no grant, and yet has an ID Token.
    holds: (m) =>
      !grants(m).includes('implicit') ||
      responses(m).some((type) => hasWord(type, 'token') || hasWord(type, 'id_token')),
    says: 'grant_types implicit needs an entry with token or id_token in response_types',
  },
  {
    id: 'refresh-token-needs-grant',
    members: ['grant_types'],
    source: 'RFC 6749 §1.5',
    holds: (m) =>
      !grants(m).includes('refresh_token') || grants(m).some((grant) => !WITHOUT_REFRESH.includes(grant)),
    says: 'grant_types refresh_token needs a grant that yields refresh tokens, such as authorization_code',
  },

  // 4.2 public clients
  {
    id: 'client-credentials-confidential',
    members: ['grant_types', 'token_endpoint_auth_method'],
    source: 'RFC 6749 §4.4',
    holds: (m) => !grants(m).includes('client_credentials') || !isPublicClient(m),
    says: 'grant_types client_credentials needs a token_endpoint_auth_method other than none',
  },

  // 4.4 keys
  {
    id: 'jwks-single-source',
    members: ['jwks', 'jwks_uri'],
    source: 'RFC 7591 §2',
    holds: (m) => m.jwks === undefined || m.jwks_uri === undefined,
    says: 'jwks and jwks_uri exclude each other; keep one, preferably jwks_uri',
  },
  {
    id: 'private-key-jwt-needs-key',
    members: ['token_endpoint_auth_method', 'jwks', 'jwks_uri'],
    reads: ['token_endpoint_auth_signing_alg'],
    source: 'OIDC Core §9',
    holds: (m) => m.token_endpoint_auth_method !== 'private_key_jwt' || hasKey(m, 'sig', signingAlg(m)),
    says: 'token_endpoint_auth_method private_key_jwt needs jwks_uri, or jwks with a signature key that fits token_endpoint_auth_signing_alg',
  },
  {
    id: 'self-signed-tls-needs-certificate',
    members: ['token_endpoint_auth_method', 'jwks', 'jwks_uri'],
    source: 'RFC 8705 §2.2.2',
    holds: (m) =>
      m.token_endpoint_auth_method !== 'self_signed_tls_client_auth' ||
      m.jwks_uri !== undefined ||
      (m.jwks !== undefined && holdsCertificate(m.jwks)),
    says: 'token_endpoint_auth_method self_signed_tls_client_auth needs jwks_uri, or jwks with a certificate in x5c',
  },
  ...(['request_object_signing_alg', 'backchannel_authentication_request_signing_alg'] as const).map(
    (member): Rule => ({
      id: 'signed-request-needs-key',
      members: [member, 'jwks', 'jwks_uri'],
      source: member === 'request_object_signing_alg' ? 'OIDC Core §6.1' : 'CIBA Core §7.1.1',
      holds: (m) => !isAsymmetricSignature(m[member]) || hasKey(m, 'sig', m[member]),
      says: `${member} needs jwks_uri, or jwks with a signature key that fits the algorithm`,
    }),
  ),
  ...RESPONSE_ENCRYPTION_ALGS.map((member): Rule => ({
    id: 'encrypted-response-needs-key',
    members: [member, 'jwks', 'jwks_uri'],
    source: 'OIDC Core §10.2',
    holds: (m) => !isAsymmetricEncryption(m[member]) || hasKey(m, 'enc', m[member]),
    says: `${member} needs jwks_uri, or jwks with an encryption key that fits the algorithm`,
  })),

  // 4.5 algorithms
  encNeedsAlg('id_token_encrypted_response_enc', 'id_token_encrypted_response_alg', 'OIDC Registration §2'),
  encNeedsAlg('userinfo_encrypted_response_enc', 'userinfo_encrypted_response_alg', 'OIDC Registration §2'),
  encNeedsAlg('request_object_encryption_enc', 'request_object_encryption_alg', 'OIDC Registration §2'),
  encNeedsAlg('nfv_token_encrypted_response_enc', 'nfv_token_encrypted_response_alg', 'ETSI GS NFV-SEC 022'),
  encNeedsAlg('introspection_encrypted_response_enc', 'introspection_encrypted_response_alg', 'RFC 9701 §6'),
  encNeedsAlg('authorization_encrypted_response_enc', 'authorization_encrypted_response_alg', 'JARM §3'),
  ...SIGNING_ALGS.map((member): Rule => ({
    id: 'symmetric-signature-confidential',
    members: [member, 'token_endpoint_auth_method'],
    source: 'OIDC Core §10.1',
    holds: (m) => !isSymmetricSignature(m[member]) || !isPublicClient(m),
    says: `${member} with an HS algorithm needs a client_secret, so a token_endpoint_auth_method other than none`,
  })),
  ...ENCRYPTION_ALGS.map((member): Rule => ({
    id: 'symmetric-encryption-confidential',
    members: [member, 'token_endpoint_auth_method'],
    source: 'OIDC Core §10.2',
    holds: (m) => !isSymmetricEncryption(m[member]) || !isPublicClient(m),
    says: `${member} with a symmetric algorithm needs a client_secret, so a token_endpoint_auth_method other than none`,
  })),
  {
    id: 'private-key-jwt-alg',
    members: ['token_endpoint_auth_signing_alg', 'token_endpoint_auth_method'],
    source: 'OIDC Core §9',
    holds: (m) =>
      m.token_endpoint_auth_method !== 'private_key_jwt' ||
      !isSymmetricSignature(m.token_endpoint_auth_signing_alg),
    says: 'token_endpoint_auth_signing_alg must be an asymmetric algorithm with private_key_jwt',
  },
  {
    id: 'client-secret-jwt-alg',
    members: ['token_endpoint_auth_signing_alg', 'token_endpoint_auth_method'],
    source: 'OIDC Core §9',
    holds: (m) =>
      m.token_endpoint_auth_method !== 'client_secret_jwt' ||
      m.token_endpoint_auth_signing_alg === undefined ||
      isSymmetricSignature(m.token_endpoint_auth_signing_alg),
    says: 'token_endpoint_auth_signing_alg must be an HS algorithm with client_secret_jwt',
  },
  {
    id: 'unsigned-id-token-front-channel',
    members: ['id_token_signed_response_alg', 'response_types'],
    source: 'OIDC Registration §2',
    holds: (m) =>
      m.id_token_signed_response_alg !== 'none' || !responses(m).some((type) => hasWord(type, 'id_token')),
    says: 'id_token_signed_response_alg none excludes response_types that return an ID Token from the authorization endpoint',
  },
  {
    id: 'signed-request-object-alg',
    members: ['request_object_signing_alg', 'require_signed_request_object'],
    source: 'RFC 9101 §10.5',
    holds: (m) => m.require_signed_request_object !== true || m.request_object_signing_alg !== 'none',
    says: 'require_signed_request_object excludes request_object_signing_alg none',
  },
  {
    id: 'signed-request-object-verifiable',
    members: ['require_signed_request_object', 'jwks', 'jwks_uri'],
    reads: ['token_endpoint_auth_method', 'request_object_signing_alg'],
    source: 'RFC 9101 §10.5',
    holds: (m) => m.require_signed_request_object !== true || hasKey(m, 'sig') || holdsSecret(m),
    says: 'require_signed_request_object needs jwks_uri, jwks with a signature key, or a client_secret',
  },
  {
    id: 'request-uri-http-signed',
    members: ['request_uris'],
    reads: ['request_object_signing_alg', 'require_signed_request_object'],
    source: 'OIDC Core §6.2',
    holds: (m) => !(m.request_uris ?? []).some((uri) => /^http:/i.test(uri)) || signsRequestObjects(m),
    says: 'request_uris: use https, or set request_object_signing_alg to an algorithm other than none',
  },

  // 4.6 subject types
  {
    id: 'pairwise-one-sector',
    members: ['subject_type', 'sector_identifier_uri'],
    reads: ['redirect_uris'],
    source: 'OIDC Core §8.1',
    holds: hasOneSector,
    says: 'subject_type pairwise with redirection to several hosts needs sector_identifier_uri',
  },
  {
    id: 'pairwise-ciba-sector',
    members: ['subject_type', 'sector_identifier_uri', 'jwks_uri'],
    reads: ['backchannel_token_delivery_mode'],
    source: 'CIBA Core §4',
    holds: hasCibaSector,
    says: 'subject_type pairwise with delivery mode poll or ping needs jwks_uri or sector_identifier_uri',
  },
  {
    id: 'pairwise-device-sector',
    members: ['subject_type', 'sector_identifier_uri', 'jwks_uri'],
    reads: ['grant_types', 'redirect_uris', 'token_endpoint_auth_method'],
    source: 'CIBA Core §4',
    holds: hasDeviceSector,
    says: 'subject_type pairwise without redirection needs sector_identifier_uri, or jwks_uri with private_key_jwt or self_signed_tls_client_auth',
  },

  // 4.7 CIBA
  {
    id: 'ciba-needs-delivery-mode',
    members: ['backchannel_token_delivery_mode', 'grant_types'],
    source: 'CIBA Core §4',
    holds: (m) => !grants(m).includes(CIBA) || m.backchannel_token_delivery_mode !== undefined,
    says: 'grant_types with CIBA needs backchannel_token_delivery_mode',
  },
  {
    id: 'delivery-mode-needs-ciba',
    members: ['backchannel_token_delivery_mode', 'grant_types'],
    source: 'CIBA Core §4',
    holds: (m) => {
      const mode = m.backchannel_token_delivery_mode;
      return (mode !== 'poll' && mode !== 'ping') || grants(m).includes(CIBA);
    },
    says: `backchannel_token_delivery_mode poll or ping needs ${CIBA} in grant_types`,
  },
  {
    id: 'delivery-mode-needs-endpoint',
    members: ['backchannel_client_notification_endpoint', 'backchannel_token_delivery_mode'],
    source: 'CIBA Core §4',
    holds: (m) => {
      const mode = m.backchannel_token_delivery_mode;
      return (mode !== 'ping' && mode !== 'push') || m.backchannel_client_notification_endpoint !== undefined;
    },
    says: 'backchannel_token_delivery_mode ping or push needs backchannel_client_notification_endpoint',
  },
  {
    id: 'ciba-confidential',
    members: ['grant_types', 'token_endpoint_auth_method'],
    reads: ['backchannel_token_delivery_mode'],
    source: 'CIBA Core §7.1',
    holds: (m) =>
      !isPublicClient(m) || (!grants(m).includes(CIBA) && m.backchannel_token_delivery_mode === undefined),
    says: 'CIBA needs a token_endpoint_auth_method other than none',
  },

  // 4.8 mutual TLS and DPoP
  {
    id: 'tls-client-auth-one-subject',
    members: [
      'tls_client_auth_subject_dn',
      'tls_client_auth_san_dns',
      'tls_client_auth_san_uri',
      'tls_client_auth_san_ip',
      'tls_client_auth_san_email',
    ],
    reads: ['token_endpoint_auth_method'],
    source: 'RFC 8705 §2.1.2',
    holds: (m) =>
      m.token_endpoint_auth_method !== 'tls_client_auth' ||
      [
        m.tls_client_auth_subject_dn,
        m.tls_client_auth_san_dns,
        m.tls_client_auth_san_uri,
        m.tls_client_auth_san_ip,
        m.tls_client_auth_san_email,
      ].filter((subject) => subject !== undefined).length === 1,
    says: 'token_endpoint_auth_method tls_client_auth needs exactly one tls_client_auth_ member that names the certificate subject',
  },
  {
    id: 'one-token-binding',
    members: ['tls_client_certificate_bound_access_tokens', 'dpop_bound_access_tokens'],
    source: 'RFC 9449 §5.2',
    holds: (m) =>
      m.tls_client_certificate_bound_access_tokens !== true || m.dpop_bound_access_tokens !== true,
    says: 'tls_client_certificate_bound_access_tokens and dpop_bound_access_tokens exclude each other; set one to false',
  },
  ...(['tls_client_certificate_bound_access_tokens', 'dpop_bound_access_tokens'] as const).map(
    (member): Rule => ({
      id: 'bound-token-front-channel',
      members: [member, 'response_types'],
      source: member === 'dpop_bound_access_tokens' ? 'RFC 9449 §5.2' : 'RFC 8705 §3.4',
      holds: (m) => m[member] !== true || !responses(m).some((type) => hasWord(type, 'token')),
      says: `${member} excludes response_types with token: such tokens cannot be bound`,
    }),
  ),

  // 4.9 logout
  {
    id: 'frontchannel-logout-origin',
    members: ['frontchannel_logout_uri'],
    reads: ['redirect_uris'],
    source: 'OIDC Front-Channel Logout §2',
    holds: (m) => {
      const logout = m.frontchannel_logout_uri;
      return logout === undefined || (m.redirect_uris ?? []).some((uri) => isSameOrigin(uri, logout));
    },
    says: 'frontchannel_logout_uri must have scheme, host and port of a redirect URI',
  },
  httpLogout('frontchannel_logout_uri', 'OIDC Front-Channel Logout §2'),
  httpLogout('backchannel_logout_uri', 'OIDC Back-Channel Logout §2.2'),
  httpLogout('post_logout_redirect_uris', 'OIDC RP-Initiated Logout §3.1'),
  {
    id: 'post-logout-private-use',
    members: ['post_logout_redirect_uris'],
    reads: ['application_type'],
    source: 'OIDC RP-Initiated Logout §3.1',
    holds: (m, policy) =>
      (m.post_logout_redirect_uris ?? []).every((uri) => {
        const form = redirectForm(uri);
        if (form === 'private-use-dotted') return isNative(m);
        return form !== 'private-use-undotted' || (isNative(m) && policy.knobs.undottedPrivateUseSchemes);
      }),
    says: 'post_logout_redirect_uris: a private-use scheme needs application_type native',
  },

  // what the server as a whole supports or requires (appendix B)
  needsSupport(
    'certificate-bound-tokens-supported',
    'tls_client_certificate_bound_access_tokens',
    'RFC 8705 §3.3',
    (policy) => policy.flags.tls_client_certificate_bound_access_tokens,
  ),
  needsSupport(
    'dpop-supported',
    'dpop_bound_access_tokens',
    'RFC 9449 §5.1',
    (policy) => policy.supported.dpop_signing_alg_values_supported.length > 0,
  ),
  needsSupport(
    'user-code-supported',
    'backchannel_user_code_parameter',
    'CIBA Core §4',
    (policy) => policy.flags.backchannel_user_code_parameter_supported,
  ),
  needsSupport(
    'frontchannel-logout-supported',
    'frontchannel_logout_uri',
    'OIDC Front-Channel Logout §3',
    (policy) => policy.flags.frontchannel_logout_supported,
  ),
  needsSupport(
    'backchannel-logout-supported',
    'backchannel_logout_uri',
    'OIDC Back-Channel Logout §2.1',
    (policy) => policy.flags.backchannel_logout_supported,
  ),
  ...(['require_signed_request_object', 'require_pushed_authorization_requests'] as const).map(
    (member): Rule => ({
      id: 'required-by-server',
      members: [member],
      group: 'policy profile',
      source: member === 'require_signed_request_object' ? 'RFC 9101 §10.5' : 'RFC 9126 §5',
      holds: (m, policy) => !policy.flags[member] || m[member] !== false,
      says: `${member} must be true or left out: this server requires it of every client`,
    }),
  ),
];

/** Of use only with the method that signs with a key of the client. */
function signingAlg(m: ClientMetadata): string | undefined {
  const alg = m.token_endpoint_auth_signing_alg;
  // A symmetric algorithm here breaks `private-key-jwt-alg`; it says nothing about the key.
  return isAsymmetricSignature(alg) ? alg : undefined;
}

const SECRET_METHODS: readonly (string | undefined)[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
];

/** A secret that could verify an HS signature, because the client authenticates with one or signs with one. */
function holdsSecret(m: ClientMetadata): boolean {
  if (isPublicClient(m)) return false;
  return (
    SECRET_METHODS.includes(m.token_endpoint_auth_method) ||
    isSymmetricSignature(m.request_object_signing_alg)
  );
}

function signsRequestObjects(m: ClientMetadata): boolean {
  const alg = m.request_object_signing_alg;
  return m.require_signed_request_object === true || (alg !== undefined && alg !== 'none');
}

function isSameOrigin(a: string, b: string): boolean {
  const [x, y] = [parseUri(a), parseUri(b)];
  return x !== null && y !== null && originOf(x) === originOf(y);
}
