import { X509Certificate, type JsonWebKey } from 'node:crypto';
import { octets, type Jwk } from './jwk.js';

const BASE64 = /^[A-Za-z\d+/]+={0,2}$/;
const MATERIAL: { readonly [kty: string]: readonly string[] } = {
  RSA: ['n', 'e'],
  EC: ['x', 'y'],
  OKP: ['x'],
};

/** Whether the first certificate of `x5c` carries the key it stands in (RFC 7517 §4.7); true without `x5c`. */
export function certificateMatches(key: Jwk): boolean {
  const chain = key['x5c'] as readonly string[] | undefined;
  if (chain === undefined) return true;
  if (!chain.every((certificate) => BASE64.test(certificate))) return false;
  const certified = keyOfCertificate(chain[0] ?? '');
  if (certified === null || certified.kty !== key.kty) return false;
  if (key.kty !== 'RSA' && certified.crv !== key['crv']) return false;
  return (MATERIAL[key.kty] ?? []).every((member) => sameInteger(certified[member], key[member]));
}

/** The public key of a DER certificate in base64 (not base64url, RFC 7517 §4.7); `null` when it cannot be read. */
function keyOfCertificate(certificate: string): JsonWebKey | null {
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).publicKey.export({ format: 'jwk' });
  } catch {
    // OpenSSL throws for whatever is no certificate or holds a key that JWK cannot express: the answer is "no match".
    return null;
  }
}

/** Leading zero octets do not change an RSA integer. */
function sameInteger(a: unknown, b: unknown): boolean {
  const [x, y] = [octets(a), octets(b)];
  return x !== null && y !== null && withoutZeros(x).equals(withoutZeros(y));
}

function withoutZeros(integer: Buffer): Buffer {
  const first = integer.findIndex((octet) => octet !== 0);
  return first < 0 ? Buffer.alloc(0) : integer.subarray(first);
}
