import type { Policy } from './effective-policy.js';
import { MEMBER_NAMES, type MemberName } from './members.js';

/**
 * The authorization server's metadata (RFC 8414 §2), out of the policy that validation reads (spec appendix B), in the
 * order of the member table. What the policy does not say is absent; no member is null or empty (RFC 8414 §3.2).
 *
 * @param publicUrl this service's own URL, with or without a final slash
 */
export function authorizationServerMetadata(policy: Policy, publicUrl: string): Record<string, unknown> {
  const { supported, flags, scopes_supported, acr_values_supported, authorization_details_types_supported } =
    policy.metadata;
  const values: { readonly [N in MemberName]?: unknown } = {
    ...supported,
    // Each of these flags is false when absent, in its own specification.
    ...Object.fromEntries(Object.entries(flags).filter(([, value]) => value)),
    scopes_supported,
    acr_values_supported,
    authorization_details_types_supported,
    ...derivedMembers(policy, publicUrl.replace(/\/$/, '')),
    ...policy.authorizationServer,
  };
  return Object.fromEntries(
    MEMBER_NAMES.map((name) => [name, values[name]]).filter(([, value]) => isPublishable(value)),
  );
}

/**
 * The OpenID Provider's metadata (OIDC Discovery §3): the same document. The registry of RFC 8414 holds every member of
 * OIDC Discovery, and an authorization server has one configuration, whichever address a client asks.
 */
export function openidConfiguration(policy: Policy, publicUrl: string): Record<string, unknown> {
  return authorizationServerMetadata(policy, publicUrl);
}

/** What this service writes itself, or computes where the file says nothing. */
function derivedMembers(policy: Policy, baseUrl: string): { [N in MemberName]?: unknown } {
  const { issuer, metadata, authorizationServer } = policy;
  const methods = metadata.supported.token_endpoint_auth_methods_supported;
  const algs = metadata.supported.token_endpoint_auth_signing_alg_values_supported;
  return {
    issuer: issuer ?? baseUrl,
    registration_endpoint: `${baseUrl}/connect/register`,
    code_challenge_methods_supported: ['S256'],
    // One method per client for all endpoints it authenticates at (spec 3.1 row 2). Said aloud, because RFC 8414
    // reads silence as client_secret_basic.
    ...(authorizationServer.revocation_endpoint !== undefined && {
      revocation_endpoint_auth_methods_supported: methods,
      revocation_endpoint_auth_signing_alg_values_supported: algs,
    }),
    ...(authorizationServer.introspection_endpoint !== undefined && {
      introspection_endpoint_auth_methods_supported: methods,
      introspection_endpoint_auth_signing_alg_values_supported: algs,
    }),
  };
}

function isPublishable(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
