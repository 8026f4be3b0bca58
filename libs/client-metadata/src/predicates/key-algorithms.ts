import {
  ASYMMETRIC_JWE_ALGS,
  ASYMMETRIC_JWS_ALGS,
  SYMMETRIC_JWE_ALGS,
  SYMMETRIC_JWS_ALGS,
} from '@rollbook/protocol';

/** What a key is for (RFC 7517 §4.2). */
export type KeyUse = 'sig' | 'enc';

const SIGNATURE: ReadonlySet<string> = new Set(ASYMMETRIC_JWS_ALGS);
const ENCRYPTION: ReadonlySet<string> = new Set([...ASYMMETRIC_JWE_ALGS, 'RSA1_5']);
const SYMMETRIC_SIGNATURE: ReadonlySet<string> = new Set(SYMMETRIC_JWS_ALGS);
const SYMMETRIC_ENCRYPTION: ReadonlySet<string> = new Set(SYMMETRIC_JWE_ALGS);

/** HS256 and siblings: the client_secret is the key (Core §10.1). */
export const isSymmetricSignature = (alg: string | undefined): boolean =>
  alg !== undefined && SYMMETRIC_SIGNATURE.has(alg);
/** `dir`, A128KW and siblings: the key is derived from the client_secret (Core §10.2). */
export const isSymmetricEncryption = (alg: string | undefined): boolean =>
  alg !== undefined && SYMMETRIC_ENCRYPTION.has(alg);
/** RS256, ES256, EdDSA …: verified with a public key. */
export const isAsymmetricSignature = (alg: string | undefined): boolean =>
  alg !== undefined && SIGNATURE.has(alg);
/** RSA-OAEP, ECDH-ES …: encrypted to a public key. */
export const isAsymmetricEncryption = (alg: string | undefined): boolean =>
  alg !== undefined && ENCRYPTION.has(alg);

/** Use of a key with this algorithm; `null` for names that are not ours to judge. */
export function useOfAlgorithm(alg: string): KeyUse | null {
  if (SIGNATURE.has(alg)) return 'sig';
  return ENCRYPTION.has(alg) ? 'enc' : null;
}

/** Whether the name is an algorithm for keys that both sides hold: never the algorithm of a public key. */
export function isSymmetric(alg: string): boolean {
  return SYMMETRIC_SIGNATURE.has(alg) || SYMMETRIC_ENCRYPTION.has(alg);
}

const CURVES_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ['ES256', ['P-256']],
  ['ES384', ['P-384']],
  ['ES512', ['P-521']],
  ['ES256K', ['secp256k1']],
  ['EdDSA', ['Ed25519', 'Ed448']],
  ['Ed25519', ['Ed25519']],
  ['Ed448', ['Ed448']],
]);
const ECDH_CURVES = ['P-256', 'P-384', 'P-521', 'X25519', 'X448'];
const RSA_ALGORITHM = /^(?:RS|PS|RSA)/;

/** Whether keys of this type and curve (`null` for RSA) work with an asymmetric algorithm (4.4.6). */
export function fitsKeyType(alg: string, kty: string, crv: string | null): boolean {
  if (RSA_ALGORITHM.test(alg)) return kty === 'RSA';
  const curves = CURVES_OF.get(alg) ?? ECDH_CURVES;
  return crv !== null && curves.includes(crv);
}

/** Whether a key marked for one algorithm may be used with another name: only EdDSA and its two exact names overlap. */
export function isSameAlgorithm(marked: string, named: string): boolean {
  return (
    marked === named || (marked === 'EdDSA' && isEdwards(named)) || (named === 'EdDSA' && isEdwards(marked))
  );
}

function isEdwards(alg: string): boolean {
  return alg === 'Ed25519' || alg === 'Ed448';
}
