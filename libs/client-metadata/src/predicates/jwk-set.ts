import { certificateMatches } from './certificate.js';
import {
  hasPrivateMember,
  isEncryptionKey,
  isFit,
  isKnown,
  jwkFault,
  type Jwk,
  type JwkFault,
} from './jwk.js';
import type { KeyUse } from './key-algorithms.js';

/** A JWK Set (RFC 7517 §5) with public keys only. */
export type JwkSet = { readonly keys: readonly Jwk[]; readonly [member: string]: unknown };

export type JwkSetFault = JwkFault | 'jwk-certificate' | 'jwks-kid' | 'jwks-use' | 'too-many';

/** S3. */
export const MAX_KEYS = 20;

/**
 * Calls `report` for everything wrong with a JWK Set (4.4.2–4.4.8).
 *
 * @param report receives the shape rule and, if one key is to blame, its place in `keys`
 * @returns false when the value is no object with an array `keys`, so that nothing else could be said
 */
export function checkJwkSet(value: unknown, report: (fault: JwkSetFault, key?: number) => void): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { keys } = value as { keys?: unknown };
  if (!Object.hasOwn(value, 'keys') || !Array.isArray(keys)) return false;
  if (hasPrivateMember(value)) report('jwk-private');
  if (keys.length > MAX_KEYS) {
    report('too-many');
    return true;
  }
  const sound: Jwk[] = [];
  for (let i = 0; i < keys.length; i += 1) {
    const fault = jwkFault(keys[i]);
    if (fault === null) sound.push(keys[i] as Jwk);
    else report(fault, i);
    if (fault === null && isKnown(keys[i] as Jwk) && !certificateMatches(keys[i] as Jwk)) {
      report('jwk-certificate', i);
    }
  }
  const known = sound.filter(isKnown);
  if (repeatsKid(known)) report('jwks-kid');
  if (lacksUse(known)) report('jwks-use');
  return true;
}

/** H34: keys of different type may be alternatives with one `kid`, keys of the same type may not. */
function repeatsKid(keys: readonly Jwk[]): boolean {
  const named = keys.filter((key) => key['kid'] !== undefined);
  return new Set(named.map((key) => `${key.kty} ${String(key['kid'])}`)).size < named.length;
}

/** DCR §2: signature and encryption keys in one set all say what they are for. */
function lacksUse(keys: readonly Jwk[]): boolean {
  const encryption = keys.filter(isEncryptionKey).length;
  return encryption > 0 && encryption < keys.length && keys.some((key) => key['use'] === undefined);
}

/** Whether a set holds a key fit for a purpose and, if one is named, an algorithm (4.4.9). */
export function holdsFitKey(set: JwkSet, purpose: KeyUse, alg?: string): boolean {
  return set.keys.some((key) => isFit(key, purpose, alg));
}

/** RFC 8705 §2.2.2: a self-signed certificate is registered in the `x5c` of a key. */
export function holdsCertificate(set: JwkSet): boolean {
  return set.keys.some((key) => isKnown(key) && key['x5c'] !== undefined);
}
