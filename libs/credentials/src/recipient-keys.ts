/** Which keys can be recipients of a sealed secret, and what makes one unusable. One row each. */
import { hasPrivateMember } from '@rollbook/client-metadata';

export type RecipientAlg = 'ECDH-ES+A256KW' | 'RSA-OAEP-256';

type KeyKind = {
  kty: string;
  crv?: string;
  alg: RecipientAlg;
  /** The public members that make up the key (RFC 7638 §3.2); nothing else of it is used. */
  members: readonly string[];
  /** `key_ops` that allow sealing (RFC 7517 §4.3). */
  operations: readonly string[];
};

const KEY_KINDS: readonly KeyKind[] = [
  {
    kty: 'EC',
    crv: 'P-256',
    alg: 'ECDH-ES+A256KW',
    members: ['kty', 'crv', 'x', 'y'],
    operations: ['deriveKey', 'deriveBits'],
  },
  {
    kty: 'OKP',
    crv: 'X25519',
    alg: 'ECDH-ES+A256KW',
    members: ['kty', 'crv', 'x'],
    operations: ['deriveKey', 'deriveBits'],
  },
  { kty: 'RSA', alg: 'RSA-OAEP-256', members: ['kty', 'n', 'e'], operations: ['encrypt', 'wrapKey'] },
];

export type UnreadJwk = Record<string, unknown>;

/** The kind of this key; undefined when it is none that can be a recipient. */
export function keyKind(jwk: UnreadJwk): KeyKind | undefined {
  return KEY_KINDS.find(({ kty, crv }) => jwk['kty'] === kty && (crv === undefined || jwk['crv'] === crv));
}

/** Says whether a key holds anything that must not be shared. */
export function isPrivate(jwk: UnreadJwk): boolean {
  return jwk['kty'] === 'oct' || hasPrivateMember(jwk);
}

/** Every reason why this key can't be a recipient; a sentence each, without values. */
export function keyMistakes(jwk: UnreadJwk, kind: KeyKind): string[] {
  return CHECKS.filter(({ holds }) => !holds(jwk, kind)).map(({ says }) => says);
}

const CHECKS: readonly { says: string; holds: (jwk: UnreadJwk, kind: KeyKind) => boolean }[] = [
  {
    says: 'kid must be a text of 1 to 256 characters',
    holds: ({ kid }) => kid === undefined || (typeof kid === 'string' && kid !== '' && kid.length <= 256),
  },
  { says: 'use must be enc', holds: ({ use }) => use === undefined || use === 'enc' },
  {
    says: 'alg must be ECDH-ES+A256KW for an EC or OKP key and RSA-OAEP-256 for an RSA key',
    holds: ({ alg }, kind) => alg === undefined || alg === kind.alg,
  },
  {
    says: 'key_ops does not allow encrypting to this key',
    // The public half of a key agreement has no operation of its own, hence the empty list is right for it.
    holds: ({ key_ops: operations }, kind) =>
      operations === undefined ||
      (Array.isArray(operations) &&
        ((kind.kty !== 'RSA' && operations.length === 0) ||
          kind.operations.some((op) => operations.includes(op)))),
  },
  {
    // NIST SP 800-57 part 1: below 2,048 bits is less than 112 bits of strength; above 8,192 only costs time.
    says: 'an RSA modulus must have 2048 to 8192 bits',
    holds: ({ n }, { kty }) => kty !== 'RSA' || (bitLength(n) >= 2048 && bitLength(n) <= 8192),
  },
  {
    // FIPS 186-5 §A.1.1: odd and above 2^16. An exponent of 1 would leave the secret readable.
    says: 'an RSA exponent must be odd and at least 65537',
    holds: ({ e }, { kty }) => kty !== 'RSA' || (bitLength(e) >= 17 && ((octets(e).at(-1) ?? 0) & 1) === 1),
  },
];

const octets = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : '', 'base64url');

/** Bits of an unsigned big-endian number in base64url. */
function bitLength(value: unknown): number {
  const number = octets(value);
  const first = number.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : (number.length - first) * 8 - Math.clz32(number[first] ?? 0) + 24;
}
