/**
 * What one authorization server allows its clients to register. Validation reads this value, discovery prints the same
 * one, so what registration accepts and what the AS metadata list cannot disagree (spec appendix B).
 */

/** The lists that bound enumerated members, named as the AS metadata name them. */
export const SUPPORTED_LISTS = [
  'grant_types_supported',
  'response_types_supported',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
  'id_token_encryption_alg_values_supported',
  'id_token_encryption_enc_values_supported',
  'userinfo_signing_alg_values_supported',
  'userinfo_encryption_alg_values_supported',
  'userinfo_encryption_enc_values_supported',
  'request_object_signing_alg_values_supported',
  'request_object_encryption_alg_values_supported',
  'request_object_encryption_enc_values_supported',
  'authorization_signing_alg_values_supported',
  'authorization_encryption_alg_values_supported',
  'authorization_encryption_enc_values_supported',
  'introspection_signing_alg_values_supported',
  'introspection_encryption_alg_values_supported',
  'introspection_encryption_enc_values_supported',
  'dpop_signing_alg_values_supported',
  'backchannel_token_delivery_modes_supported',
  'backchannel_authentication_request_signing_alg_values_supported',
] as const;
export type SupportedList = (typeof SUPPORTED_LISTS)[number];

/** AS metadata of type boolean that bound a member: `…_supported` permit one, `require_…` force it to true. */
export const POLICY_FLAGS = [
  'tls_client_certificate_bound_access_tokens',
  'backchannel_user_code_parameter_supported',
  'frontchannel_logout_supported',
  'backchannel_logout_supported',
  'require_signed_request_object',
  'require_pushed_authorization_requests',
] as const;
export type PolicyFlag = (typeof POLICY_FLAGS)[number];

/** Where the profiles differ (spec 7); `rfc7591` says yes to all of them. */
export type ProfileKnobs = {
  /** `http://localhost` and the two loopback addresses as redirect URI of a web client with response type code (4.3). */
  readonly httpLoopbackForWeb: boolean;
  /** A private-use scheme with a dot as redirect URI of a web client with response type code (H31). */
  readonly privateUseSchemeForWeb: boolean;
  /** A private-use scheme without a dot as redirect URI of a native client (H32). */
  readonly undottedPrivateUseSchemes: boolean;
  /** http in the three logout members of confidential clients (H43). */
  readonly httpLogoutUris: boolean;
};

export type MetadataPolicy = {
  readonly profile: 'rfc7591';
  readonly knobs: ProfileKnobs;
  readonly supported: { readonly [list in SupportedList]: readonly string[] };
  readonly flags: { readonly [flag in PolicyFlag]: boolean };
  /** `scope` is cut down to these; `null` keeps every scope (H10). */
  readonly scopes_supported: readonly string[] | null;
  /** `null`: any value of `default_acr_values` is stored. */
  readonly acr_values_supported: readonly string[] | null;
  /** `null`: any value of `authorization_details_types` is stored. */
  readonly authorization_details_types_supported: readonly string[] | null;
  /** CIDR blocks that the server may call although they are special-purpose (S1). */
  readonly allowedNetworks: readonly string[];
};
