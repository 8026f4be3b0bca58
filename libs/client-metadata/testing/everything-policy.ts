import type { MetadataPolicy } from '@rollbook/client-metadata';
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

const SIGNING = [...ASYMMETRIC_JWS_ALGS, ...SYMMETRIC_JWS_ALGS];
const ENCRYPTION = [...ASYMMETRIC_JWE_ALGS, ...SYMMETRIC_JWE_ALGS];

/** Profile rfc7591 with everything that it allows: what it refuses is refused by a rule, not by a short list. */
export const EVERYTHING: MetadataPolicy = {
  profile: 'rfc7591',
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
    token_endpoint_auth_signing_alg_values_supported: SIGNING,
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: SIGNING,
    id_token_encryption_alg_values_supported: ENCRYPTION,
    id_token_encryption_enc_values_supported: JWE_ENCS,
    userinfo_signing_alg_values_supported: SIGNING,
    userinfo_encryption_alg_values_supported: ENCRYPTION,
    userinfo_encryption_enc_values_supported: JWE_ENCS,
    request_object_signing_alg_values_supported: ['none', ...SIGNING],
    request_object_encryption_alg_values_supported: ENCRYPTION,
    request_object_encryption_enc_values_supported: JWE_ENCS,
    authorization_signing_alg_values_supported: SIGNING,
    authorization_encryption_alg_values_supported: ENCRYPTION,
    authorization_encryption_enc_values_supported: JWE_ENCS,
    introspection_signing_alg_values_supported: SIGNING,
    introspection_encryption_alg_values_supported: ENCRYPTION,
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
  scopes_supported: null,
  acr_values_supported: null,
  authorization_details_types_supported: null,
  allowedNetworks: [],
};
