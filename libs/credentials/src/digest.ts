import { hash, timingSafeEqual } from 'node:crypto';

/**
 * What a presented value is compared with when there is nothing to compare with (unknown client, no such token), so
 * that the answer takes as long as for a known one (spec S9). The digest of no known text.
 */
export const DUMMY_DIGEST = 'A'.repeat(43);

/**
 * The digest under which a `client_secret` or a `registration_access_token` is kept: SHA-256 of its UTF-8 octets as 43
 * base64url characters. A fast hash is right because these values have 256 random bits or more.
 */
export function secretDigest(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/**
 * Says whether `presented` is the value with this digest. The time taken does not depend on where they differ; for an
 * unknown client pass {@link DUMMY_DIGEST}, which nothing matches.
 */
export function digestMatches(presented: string, digest: string): boolean {
  return sameDigest(secretDigest(presented), digest);
}

/** Compares two digests as texts in constant time: a lenient base64url decoder would let several texts match. */
export function sameDigest(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
