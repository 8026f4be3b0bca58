import { digestMatches, secretDigest } from '@rollbook/credentials';
import type { NamedToken } from '@rollbook/platform';

/** What an `Authorization` header says (RFC 6750 §2.1). Another scheme than Bearer is no bearer credential. */
export type Credential = { kind: 'none' } | { kind: 'malformed' } | { kind: 'token'; token: string };

/** `b64token`, RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1). */
const BEARER = /^bearer(?: +([A-Za-z0-9\-._~+/]+=*))? *$/i;
/** Longer tokens are not hashed: none was issued. */
const LONGEST_TOKEN = 4_096;

export function bearerCredential(header: string | undefined): Credential {
  if (header === undefined || !/^bearer(?:[ \t]|$)/i.test(header)) return { kind: 'none' };
  const token = BEARER.exec(header)?.[1];
  if (token === undefined || token.length > LONGEST_TOKEN) return { kind: 'malformed' };
  return { kind: 'token', token };
}

/**
 * Looks a presented token up among configured ones. Every entry is compared, in constant time each, so that the time
 * taken tells nothing.
 *
 * @returns the name of its entry, or null
 */
export function tokenHolders(entries: readonly NamedToken[]): (presented: string) => string | null {
  const digests = entries.map(({ name, token }) => ({ name, digest: secretDigest(token) }));
  return (presented) => {
    let holder: string | null = null;
    for (const { name, digest } of digests) {
      if (digestMatches(presented, digest)) holder = name;
    }
    return holder;
  };
}
