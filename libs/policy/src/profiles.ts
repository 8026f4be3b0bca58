import type { PolicyFlag, ProfileKnobs, SupportedList } from '@rollbook/client-metadata';
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

/** What a profile accepts when the policy file says nothing, and the rules that only the profile decides. */
type Profile = {
  knobs: ProfileKnobs;
  supported: { readonly [list in SupportedList]: readonly string[] };
  flags: { readonly [flag in PolicyFlag]: boolean };
};

const JWS_ALGS = [...ASYMMETRIC_JWS_ALGS, ...SYMMETRIC_JWS_ALGS];
const JWE_ALGS = [...ASYMMETRIC_JWE_ALGS, ...SYMMETRIC_JWE_ALGS];

/** The profiles of spec §7, a row each. */
export const PROFILES = {
  /** RFC 7591, RFC 7592, OIDC Registration and the extensions: everything that a specification allows is on. */
  rfc7591: {
    knobs: {
      httpLoopbackForWeb: true,
      privateUseSchemeForWeb: true,
      undottedPrivateUseSchemes: true,
      httpLogoutUris: true,
    },
    supported: {
      grant_types_supported: GRANT_TYPES,
      response_types_supported: RESPONSE_TYPES,
      token_endpoint_auth_methods_supported: TOKEN_ENDPOINT_AUTH_METHODS,
      token_endpoint_auth_signing_alg_values_supported: JWS_ALGS,
      subject_types_supported: ['public', 'pairwise'],
      // `none` for ID Tokens only where the authorization server says so (H36).
      id_token_signing_alg_values_supported: JWS_ALGS,
      id_token_encryption_alg_values_supported: JWE_ALGS,
      id_token_encryption_enc_values_supported: JWE_ENCS,
      userinfo_signing_alg_values_supported: [...JWS_ALGS, 'none'],
      userinfo_encryption_alg_values_supported: JWE_ALGS,
      userinfo_encryption_enc_values_supported: JWE_ENCS,
      request_object_signing_alg_values_supported: [...JWS_ALGS, 'none'],
      request_object_encryption_alg_values_supported: JWE_ALGS,
      request_object_encryption_enc_values_supported: JWE_ENCS,
      authorization_signing_alg_values_supported: JWS_ALGS,
      authorization_encryption_alg_values_supported: JWE_ALGS,
      authorization_encryption_enc_values_supported: JWE_ENCS,
      introspection_signing_alg_values_supported: JWS_ALGS,
      introspection_encryption_alg_values_supported: JWE_ALGS,
      introspection_encryption_enc_values_supported: JWE_ENCS,
      dpop_signing_alg_values_supported: ASYMMETRIC_JWS_ALGS,
      backchannel_token_delivery_modes_supported: ['poll', 'ping', 'push'],
      backchannel_authentication_request_signing_alg_values_supported: ASYMMETRIC_JWS_ALGS,
    },
    flags: {
      tls_client_certificate_bound_access_tokens: true,
      backchannel_user_code_parameter_supported: true,
      frontchannel_logout_supported: true,
      backchannel_logout_supported: true,
      require_signed_request_object: false,
      require_pushed_authorization_requests: false,
    },
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
