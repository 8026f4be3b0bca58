import { isKnownCurve, isOnCurve } from './elliptic-curve.js';
import { fitsKeyType, isSameAlgorithm, isSymmetric, useOfAlgorithm, type KeyUse } from './key-algorithms.js';

/** A public key (RFC 7517 §4) whose shape was checked; members we do not know stay in it. */
export type Jwk = { readonly kty: string; readonly [member: string]: unknown };

/** What can be wrong with a key, as the name of a shape rule. */
export type JwkFault =
  | 'jwk-malformed'
  | 'jwk-private'
  | 'jwk-symmetric'
  | 'jwk-rsa-size'
  | 'jwk-rsa-exponent'
  | 'jwk-ec-point'
  | 'jwk-okp-length'
  | 'jwk-usage';

/** RFC 7518 §6.2.2, §6.3.2, §6.4.1; `priv` of the later key types. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
/** Octets of the public key (RFC 8037 §2, RFC 7748, RFC 8032). */
const OKP_OCTETS: ReadonlyMap<string, number> = new Map([
  ['Ed25519', 32],
  ['Ed448', 57],
  ['X25519', 32],
  ['X448', 56],
]);
/** RFC 7518 §3.3, §3.5, §4.2. */
const MIN_RSA_BITS = 2048;

const OPERATION_USE: ReadonlyMap<string, KeyUse> = new Map([
  ['sign', 'sig'],
  ['verify', 'sig'],
  ['encrypt', 'enc'],
  ['decrypt', 'enc'],
  ['wrapKey', 'enc'],
  ['unwrapKey', 'enc'],
  ['deriveKey', 'enc'],
  ['deriveBits', 'enc'],
]);

/** Says whether a JWK holds a private or symmetric member (RFC 7518 §6, RFC 7517 §4). */
export function hasPrivateMember(key: object): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member));
}

/**
 * What is wrong with one entry of a JWK Set (4.4.2–4.4.4, 4.4.6); `null` if nothing is. Of a key whose type or curve is
 * unknown only the common members are judged.
 */
export function jwkFault(key: unknown): JwkFault | null {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return 'jwk-malformed';
  if (hasPrivateMember(key)) return 'jwk-private';
  if (!hasCommonShape(key)) return 'jwk-malformed';
  if (key.kty === 'oct') return 'jwk-symmetric';
  return materialFault(key) ?? (agreesWithItself(key) ? null : 'jwk-usage');
}

function hasCommonShape(key: object): key is Jwk {
  const { kty, use, alg, kid, key_ops, x5c } = key as { readonly [member: string]: unknown };
  return (
    typeof kty === 'string' &&
    kty !== '' &&
    [use, alg, kid].every((member) => member === undefined || typeof member === 'string') &&
    (key_ops === undefined || (isStrings(key_ops) && new Set(key_ops).size === key_ops.length)) &&
    (x5c === undefined || (isStrings(x5c) && x5c.length > 0))
  );
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && Array.from(value).every((entry) => typeof entry === 'string');
}

function materialFault(key: Jwk): JwkFault | null {
  if (key.kty === 'RSA') {
    const [n, e] = [octets(key['n']), octets(key['e'])];
    if (n === null || e === null) return 'jwk-malformed';
    if (bitLength(n) < MIN_RSA_BITS) return 'jwk-rsa-size';
    return isOddAboveOne(e) ? null : 'jwk-rsa-exponent';
  }
  if (key.kty !== 'EC' && key.kty !== 'OKP') return null;
  const { crv } = key;
  if (typeof crv !== 'string' || crv === '') return 'jwk-malformed';
  if (!isKnown(key)) return null;
  const x = octets(key['x']);
  if (x === null) return 'jwk-malformed';
  if (key.kty === 'OKP') return x.length === OKP_OCTETS.get(crv) ? null : 'jwk-okp-length';
  const y = octets(key['y']);
  if (y === null) return 'jwk-malformed';
  return isOnCurve(crv, x, y) ? null : 'jwk-ec-point';
}

/** Whether we know the key's type and curve; others are skipped (RFC 7517 §5). */
export function isKnown(key: Jwk): boolean {
  if (key.kty === 'RSA') return true;
  const crv = curveOf(key);
  return crv !== null && (key.kty === 'EC' ? isKnownCurve(crv) : key.kty === 'OKP' && OKP_OCTETS.has(crv));
}

/** Every statement that a key makes about its use names the same one, and one that its type and curve allow (4.4.6). */
function agreesWithItself(key: Jwk): boolean {
  if (!isKnown(key)) return true;
  const alg = key['alg'] as string | undefined;
  if (alg !== undefined && isSymmetric(alg)) return false;
  if (alg !== undefined && useOfAlgorithm(alg) !== null && !fitsKeyType(alg, key.kty, curveOf(key)))
    return false;
  const operations = (key['key_ops'] as readonly string[] | undefined) ?? [];
  const uses = new Set<KeyUse>();
  if (key['use'] === 'sig' || key['use'] === 'enc') uses.add(key['use']);
  for (const use of [alg === undefined ? null : useOfAlgorithm(alg), useOfCurve(key)])
    if (use !== null) uses.add(use);
  if (uses.size > 1) return false;
  // Without another statement the operations may be of both kinds: RFC 7517 §4.3 only advises against that.
  const [stated] = uses;
  return stated === undefined || operations.every((name) => (OPERATION_USE.get(name) ?? stated) === stated);
}

/** The Edwards curves only sign, the Montgomery curves only agree on keys (RFC 8037 §3). */
function useOfCurve(key: Jwk): KeyUse | null {
  if (key.kty !== 'OKP') return null;
  return curveOf(key)?.startsWith('X') === true ? 'enc' : 'sig';
}

function curveOf(key: Jwk): string | null {
  return key.kty !== 'RSA' && typeof key['crv'] === 'string' ? key['crv'] : null;
}

/** Whether a key says, or its curve implies, that it is for encryption (4.4.7). */
export function isEncryptionKey(key: Jwk): boolean {
  return statedUses(key).has('enc');
}

function statedUses(key: Jwk): Set<KeyUse> {
  const uses = new Set<KeyUse>();
  const alg = key['alg'] as string | undefined;
  for (const use of [
    key['use'],
    alg === undefined ? null : useOfAlgorithm(alg),
    useOfCurve(key),
    ...((key['key_ops'] as readonly string[] | undefined) ?? []).map((name) => OPERATION_USE.get(name)),
  ]) {
    if (use === 'sig' || use === 'enc') uses.add(use);
  }
  return uses;
}

/**
 * Whether a key is fit for a purpose and, if one is named, for an algorithm (4.4.9).
 *
 * @param alg JWS algorithm for `sig`, JWE key management algorithm for `enc`
 */
export function isFit(key: Jwk, purpose: KeyUse, alg?: string): boolean {
  if (!isKnown(key)) return false;
  const { use, alg: marked } = key;
  if (use !== undefined && use !== purpose) return false;
  if (key.kty === 'OKP' && useOfCurve(key) !== purpose) return false;
  if (purpose === 'enc' && curveOf(key) === 'secp256k1') return false;
  const operations = key['key_ops'] as readonly string[] | undefined;
  // An empty list is what WebCrypto exports for the public half of an ECDH key: it says nothing.
  if (
    operations !== undefined &&
    operations.length > 0 &&
    !operations.some((name) => isPublicUse(name, purpose))
  ) {
    return false;
  }
  if (typeof marked === 'string') {
    if (useOfAlgorithm(marked) !== purpose) return false;
    if (alg !== undefined && !isSameAlgorithm(marked, alg)) return false;
  }
  return alg === undefined || fitsKeyType(alg, key.kty, curveOf(key));
}

const PUBLIC_USES = {
  sig: ['verify'],
  enc: ['encrypt', 'wrapKey', 'deriveKey', 'deriveBits'],
} as const satisfies Record<KeyUse, readonly string[]>;

/** Operations that the holder of the public half performs. */
function isPublicUse(operation: string, purpose: KeyUse): boolean {
  const operations: readonly string[] = PUBLIC_USES[purpose];
  return operations.includes(operation);
}

/** RFC 7518 §6.3.1.2: 3 is tolerated, 65537 and above recommended (H33). */
export function hasSmallExponent(key: Jwk): boolean {
  const e = key.kty === 'RSA' ? octets(key['e']) : null;
  return e !== null && bitLength(e) < 17;
}

const BASE64URL = /^[\w-]+$/;

/** base64url without padding (RFC 7515 §2), or `null`. */
export function octets(value: unknown): Buffer | null {
  if (typeof value !== 'string' || value.length % 4 === 1 || !BASE64URL.test(value)) return null;
  return Buffer.from(value, 'base64url');
}

function bitLength(integer: Buffer): number {
  const first = integer.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (integer.length - first) * 8 - (Math.clz32(integer[first]!) - 24);
}

function isOddAboveOne(integer: Buffer): boolean {
  return (integer.at(-1)! & 1) === 1 && bitLength(integer) > 1;
}
