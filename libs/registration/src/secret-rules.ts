import { type ClientMetadata, secretNeed } from '@rollbook/client-metadata';
import { isLiveSecret, type SecretRecord } from '@rollbook/credentials';
import { RegistrationError } from '@rollbook/protocol';
import type { RotateSecret } from './commands.js';
import type { ClientFact, EventData } from './events.js';
import type { ClientState } from './state.js';

type SecretIssuedReason = 'needs-secret' | 'needs-key';
type SecretRevokedReason = 'not-needed' | 'replaced' | 'superseded';

/**
 * What a replacement of the metadata does to the client_secret (spec 2.12): it is dropped when nothing needs one any
 * more; a new one is issued when one becomes necessary, or when it first has to work as a key, because a digest can't
 * be sealed afterwards. An expired secret changes nothing here: only a rotation replaces it (H45).
 *
 * @param metadata the whole new record
 */
export function secretAfterUpdate(
  state: ClientState,
  metadata: ClientMetadata,
): 'keep' | 'issue-digest' | 'issue-key' | 'revoke' {
  const newest = state.secrets.at(-1);
  const need = secretNeed(metadata);
  if (need === 'none') return newest === undefined ? 'keep' : 'revoke';
  if (need === 'key') return newest?.client_secret_jwe === undefined ? 'issue-key' : 'keep';
  return newest === undefined ? 'issue-digest' : 'keep';
}

/**
 * The facts about secrets that an update brings: every secret that ends is named with its reason, then the new one.
 *
 * @param fresh present exactly when {@link secretAfterUpdate} says that one is issued; anything else is a defect
 */
export function secretFactsOfUpdate(
  state: ClientState,
  metadata: ClientMetadata,
  fresh: SecretRecord | null,
): ClientFact[] {
  const outcome = secretAfterUpdate(state, metadata);
  requireFit(fresh, outcome === 'issue-digest' || outcome === 'issue-key' ? secretNeed(metadata) : 'none');
  if (outcome === 'keep') return [];
  const ended = state.secrets.map(({ secretId }) =>
    revoked(secretId, outcome === 'revoke' ? 'not-needed' : 'replaced'),
  );
  if (fresh === null) return ended;
  const reason: SecretIssuedReason = outcome === 'issue-key' ? 'needs-key' : 'needs-secret';
  return [...ended, { type: 'SecretIssued', data: { secret: secretData(fresh), reason }, personal: null }];
}

/**
 * Rotation (design §5, H45): the previous secret stays valid for the overlap, but never past its own expiry; a third
 * live secret ends the oldest.
 *
 * @param at RFC 3339
 * @throws RegistrationError `invalid_request` when the client has no secret to rotate
 */
export function rotateSecret(command: RotateSecret, state: ClientState, at: string): ClientFact[] {
  const previous = state.secrets.at(-1);
  const need = secretNeed(state.metadata);
  if (previous === undefined || need === 'none') {
    throw new RegistrationError(
      'invalid_request',
      'this client has no client_secret to rotate: its token_endpoint_auth_method and algorithms need none',
    );
  }
  requireFit(command.secret, need);
  const ended = state.secrets
    .slice(0, -1)
    .filter((secret) => isLiveSecret(secret, new Date(at)))
    .map(({ secretId }) => revoked(secretId, 'superseded'));
  const overlapEnd = Date.parse(at) + command.overlapSeconds * 1000;
  const expiry = previous.client_secret_expires_at * 1000;
  const validUntil = new Date(expiry === 0 ? overlapEnd : Math.min(overlapEnd, expiry)).toISOString();
  return [
    ...ended,
    {
      type: 'SecretRotated',
      data: { secret: secretData(command.secret), previous: { secretId: previous.secretId, validUntil } },
      personal: null,
    },
  ];
}

/** Issued exactly when needed, and sealed exactly when it works as a key; otherwise the caller is defective. */
export function requireFit(secret: SecretRecord | null, need: ReturnType<typeof secretNeed>): void {
  const given = secret === null ? 'none' : secret.client_secret_jwe === undefined ? 'digest' : 'key';
  if (given !== need) throw new Error(`the command carries a secret of kind ${given}, needed is ${need}`);
}

/** In the order of the schema, so that the stored text is always the same. */
export function secretData(secret: SecretRecord): EventData<'SecretIssued'>['secret'] {
  const { secretId, digest, client_secret_jwe, issuedAt, client_secret_expires_at } = secret;
  return client_secret_jwe === undefined
    ? { secretId, digest, issuedAt, client_secret_expires_at }
    : { secretId, digest, client_secret_jwe, issuedAt, client_secret_expires_at };
}

const revoked = (secretId: string, reason: SecretRevokedReason): ClientFact => ({
  type: 'SecretRevoked',
  data: { secretId, reason },
  personal: null,
});
