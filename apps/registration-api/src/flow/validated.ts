import {
  checkSectorDocument,
  type ClientMetadata,
  type Operation,
  type Validation,
  validateClientMetadata,
} from '@rollbook/client-metadata';
import { OutboundError } from '@rollbook/outbound';
import { type MetadataErrorCode, RegistrationError, type Violation } from '@rollbook/protocol';
import type { RegistrationApiParts } from '../parts.js';

type Accepted = Extract<Validation, { ok: true }>;
export type Validated = { metadata: ClientMetadata; warnings: Accepted['warnings'] };

/** Largest `sector_identifier_uri` document that is read (S1). */
const SECTOR_DOCUMENT_OCTETS = 256 * 1024;

/**
 * The normalised metadata of a request: the pure rules first, then the one check that needs the network (spec 4.6).
 *
 * @param known what is registered already: a sector document that was checked for the same redirect URIs is not fetched again
 * @throws RegistrationError with every violation
 */
export async function validated(
  parts: Pick<RegistrationApiParts, 'policy' | 'outbound'>,
  input: Record<string, unknown>,
  operation: Operation,
  known: ClientMetadata | null = null,
): Promise<Validated> {
  const validation = validateClientMetadata(input, { policy: parts.policy.metadata, operation });
  if (!validation.ok) throw refused(validation.error, validation.violations);
  const { metadata, warnings, sectorDocument } = validation;
  if (sectorDocument !== null && !(known !== null && sectorUnchanged(metadata, known))) {
    const violations = await sectorViolations(parts, sectorDocument);
    if (violations.length > 0) throw refused('invalid_client_metadata', violations);
  }
  return { metadata, warnings };
}

/** A refusal of validation: the first violation is the description, all of them are listed. */
function refused(error: MetadataErrorCode, violations: readonly Violation[]): RegistrationError {
  const first =
    violations.find(({ members }) => error !== 'invalid_redirect_uri' || members.includes('redirect_uris')) ??
    violations[0];
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more: see violations)` : '';
  return new RegistrationError(error, `${first?.message ?? 'the client metadata are not valid'}${more}`, {
    violations,
  });
}

/** What the document speaks for; CIBA clients are in it with their `jwks_uri` or notification endpoint. */
const SECTOR_MEMBERS = [
  'sector_identifier_uri',
  'subject_type',
  'redirect_uris',
  'jwks_uri',
  'backchannel_client_notification_endpoint',
  'grant_types',
  'backchannel_token_delivery_mode',
] as const;

const sectorUnchanged = (now: ClientMetadata, before: ClientMetadata) =>
  SECTOR_MEMBERS.every((member) => JSON.stringify(now[member]) === JSON.stringify(before[member]));

async function sectorViolations(
  { outbound }: Pick<RegistrationApiParts, 'outbound'>,
  { uri, mustContain }: NonNullable<Accepted['sectorDocument']>,
): Promise<Violation[]> {
  try {
    return checkSectorDocument(
      mustContain,
      await outbound.fetchJson(uri, { maxBytes: SECTOR_DOCUMENT_OCTETS }),
    );
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    if (error.reason === 'busy')
      throw new RegistrationError('unavailable', `sector_identifier_uri: ${error.message}`, {
        retryAfterSeconds: 1,
      });
    const message = `sector_identifier_uri: ${error.message}`;
    return [
      {
        members: ['sector_identifier_uri'],
        rule: 'sector-document-fetched',
        section: 'OIDC Registration §5',
        message,
      },
    ];
  }
}
