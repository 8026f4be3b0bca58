import type { Violation } from '@rollbook/protocol';
import type { ClientMetadata } from './members.js';
import { parseUri } from './predicates/uri.js';
import type { SectorDocument } from './validation.js';

const CIBA_GRANT = 'urn:openid:params:grant-type:ciba';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const PROVEN_BY_JWKS_URI: readonly (string | undefined)[] = [
  'private_key_jwt',
  'self_signed_tls_client_auth',
];

const hasGrant = (m: ClientMetadata, grant: string): boolean => m.grant_types?.includes(grant) === true;
const hasRedirectUris = (m: ClientMetadata): boolean => (m.redirect_uris?.length ?? 0) > 0;

/** Hosts of the redirection URIs; a private-use URI without a host counts by its scheme, which no host equals. */
export function redirectHosts(m: ClientMetadata): Set<string> {
  const hosts = new Set<string>();
  for (const text of m.redirect_uris ?? []) {
    const uri = parseUri(text);
    if (uri !== null) hosts.add(uri.host === '' ? `${uri.scheme}:` : uri.host);
  }
  return hosts;
}

/** Pairwise identifiers for several redirect hosts need a common sector (Core §8.1). */
export function hasOneSector(m: ClientMetadata): boolean {
  return m.subject_type !== 'pairwise' || m.sector_identifier_uri !== undefined || redirectHosts(m).size <= 1;
}

/** In CIBA the host of `jwks_uri` (poll, ping) stands in for redirection URIs (CIBA Core §4). */
export function hasCibaSector(m: ClientMetadata): boolean {
  const mode = m.backchannel_token_delivery_mode;
  if (m.subject_type !== 'pairwise' || (mode !== 'poll' && mode !== 'ping')) return true;
  return m.jwks_uri !== undefined || m.sector_identifier_uri !== undefined;
}

/** A device has no redirection URIs either: the host of the keys that it proves to hold is its sector. */
export function hasDeviceSector(m: ClientMetadata): boolean {
  if (m.subject_type !== 'pairwise' || !hasGrant(m, DEVICE_GRANT) || hasRedirectUris(m)) return true;
  if (m.sector_identifier_uri !== undefined) return true;
  return m.jwks_uri !== undefined && PROVEN_BY_JWKS_URI.includes(m.token_endpoint_auth_method);
}

/** What has to be fetched after validation, and what it has to contain (4.6); `null` without `sector_identifier_uri`. */
export function sectorDocument(m: ClientMetadata): SectorDocument | null {
  const uri = m.sector_identifier_uri;
  if (uri === undefined) return null;
  const mustContain = new Set(m.redirect_uris);
  if (hasGrant(m, CIBA_GRANT) || m.backchannel_token_delivery_mode === 'push') {
    const push = m.backchannel_token_delivery_mode === 'push';
    const sector = push ? m.backchannel_client_notification_endpoint : m.jwks_uri;
    if (sector !== undefined) mustContain.add(sector);
  }
  return { uri, mustContain: [...mustContain] };
}

/**
 * The pure half of fetching `sector_identifier_uri` (OIDC Registration §5): the document is an array of strings that
 * contains every one of `mustContain`, character by character. Gives no violation when it is so.
 *
 * @param document parsed JSON, whatever it is
 */
export function checkSectorDocument(mustContain: readonly string[], document: unknown): Violation[] {
  if (!Array.isArray(document) || !Array.from(document).every((entry) => typeof entry === 'string')) {
    return sectorViolation(
      'sector-document-array',
      'sector_identifier_uri must lead to a JSON array of strings',
    );
  }
  const listed = new Set<unknown>(document);
  if (mustContain.every((uri) => listed.has(uri))) return [];
  return sectorViolation(
    'sector-document-contains',
    'the document at sector_identifier_uri must contain every redirect URI exactly as registered, and with CIBA also jwks_uri (poll, ping) or the notification endpoint (push)',
  );
}

function sectorViolation(rule: string, message: string): Violation[] {
  return [{ members: ['sector_identifier_uri'], rule, section: 'OIDC Registration §5', message }];
}
