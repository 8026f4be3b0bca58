import type { LiveSecret } from './client-secret.js';
import { DUMMY_DIGEST, sameDigest, secretDigest } from './digest.js';

/** A client has at most two live secrets (design §5); as many comparisons are made whatever it has. */
const COMPARISONS = 2;

/**
 * Checks a presented `client_secret` against the secrets of a client: the one function an authorization server calls.
 * For an unknown, suspended or deleted client pass an empty list: the answer is `null`, after as many comparisons.
 *
 * A secret counts until `client_secret_expires_at` (0 = never; RFC 7591 §3.2.1) and, once it was rotated, until
 * `validUntil`; both instants themselves are too late.
 *
 * @param presented the secret as the client sent it, decoded from its transport (Basic: form-urldecoded, RFC 6749 §2.3.1)
 * @returns the secret that matched, or null: answer `invalid_client`
 */
export function verifyClientSecret(
  presented: string,
  secrets: readonly LiveSecret[],
  now: Date,
): { secretId: string } | null {
  const digest = secretDigest(presented);
  let found: { secretId: string } | null = null;
  for (let i = 0; i < Math.max(COMPARISONS, secrets.length); i += 1) {
    const secret = secrets[i];
    const same = sameDigest(digest, secret?.digest ?? DUMMY_DIGEST);
    if (same && secret && isLiveSecret(secret, now)) found = { secretId: secret.secretId };
  }
  return found;
}

/** Whether a secret still counts at `now`: neither expired (RFC 7591 §3.2.1) nor past the overlap of its rotation. */
export function isLiveSecret(secret: LiveSecret, now: Date): boolean {
  const expires = secret.client_secret_expires_at;
  return (
    (expires === 0 || now.getTime() < expires * 1000) &&
    (secret.validUntil === null || now.getTime() < Date.parse(secret.validUntil))
  );
}
