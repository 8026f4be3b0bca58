import { generateKeyPairSync } from 'node:crypto';
import {
  calculateJwkThumbprint,
  GeneralEncrypt,
  importJWK,
  type CryptoKey,
  type GeneralJWE,
  type JWK,
} from 'jose';
import { isPrivate, keyKind, keyMistakes, type RecipientAlg, type UnreadJwk } from './recipient-keys.js';

type Recipient = { readonly kid: string; readonly alg: RecipientAlg; readonly key: CryptoKey };

/** Those for whom secrets that work as keys are sealed; at least one. Made by {@link parseRecipients}. */
export type Recipients = readonly Recipient[];

export type PublicRecipientJwk = JWK & { kty: string; kid: string };
export type PrivateRecipientJwk = JWK & { kty: string };

/** A recipients document that can't be used; one sentence per mistake, naming places and never values. */
export class RecipientsError extends Error {
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[], options?: ErrorOptions) {
    super(mistakes.join('; '), options);
    this.name = 'RecipientsError';
    this.mistakes = mistakes;
  }
}

/** Content encryption of every sealed secret. */
export const ENC = 'A256GCM';

/** Encrypts octets to every recipient: JWE, general serialisation (RFC 7516 §7.2.1). */
export function encryptTo(recipients: Recipients, plaintext: Uint8Array): Promise<GeneralJWE> {
  const jwe = new GeneralEncrypt(plaintext).setProtectedHeader({ enc: ENC });
  for (const { kid, alg, key } of recipients) jwe.addRecipient(key).setUnprotectedHeader({ alg, kid });
  return jwe.encrypt();
}

/** The `kid` of a key: its own, or its RFC 7638 thumbprint. */
export async function kidOf(jwk: JWK): Promise<string> {
  return jwk.kid ?? (await calculateJwkThumbprint(jwk));
}

/**
 * Reads the recipients of sealed secrets from a JWK Set of public keys (RFC 7517 §5): EC P-256 and OKP X25519
 * (ECDH-ES+A256KW), RSA from 2,048 bits (RSA-OAEP-256). A key without `kid` is named by its RFC 7638 thumbprint.
 *
 * @throws RecipientsError listing every mistake: no keys, private or symmetric keys, weak keys, keys that can't encrypt
 */
export async function parseRecipients(jwks: unknown): Promise<Recipients> {
  if (!isObject(jwks) || !Array.isArray(jwks['keys']) || jwks['keys'].length === 0) {
    throw new RecipientsError([
      'expected a JWK Set: an object whose member keys lists at least one public key',
    ]);
  }
  const read = await Promise.all(jwks['keys'].map(readRecipient));
  const mistakes = read.flatMap((result, i) =>
    (result.mistakes ?? []).map((says) => `key ${i + 1}: ${says}`),
  );
  const recipients = read.flatMap(({ recipient }) => recipient ?? []);
  if (new Set(recipients.map(({ kid }) => kid)).size < recipients.length) {
    mistakes.push('two keys have the same kid');
  }
  if (mistakes.length > 0) {
    throw new RecipientsError(mistakes, { cause: read.find(({ cause }) => cause !== undefined)?.cause });
  }
  return recipients;
}

type ReadRecipient = { recipient?: Recipient; mistakes?: string[]; cause?: unknown };

async function readRecipient(jwk: unknown): Promise<ReadRecipient> {
  if (!isObject(jwk)) return { mistakes: ['not an object'] };
  if (isPrivate(jwk)) return { mistakes: ['this is a private or symmetric key; give public keys only'] };
  const kind = keyKind(jwk);
  if (!kind) return { mistakes: ['must be an EC key on P-256, an OKP key on X25519, or an RSA key'] };
  const mistakes = keyMistakes(jwk, kind);
  if (mistakes.length > 0) return { mistakes };
  // Only the members that make up the key: `use`, `key_ops` and the like were checked above.
  const bare: JWK = Object.fromEntries(kind.members.map((member) => [member, jwk[member]]));
  try {
    const key = await importJWK(bare, kind.alg);
    if (key instanceof Uint8Array) return { mistakes: ['this is a symmetric key'] };
    const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : await calculateJwkThumbprint(bare);
    const recipient = { kid, alg: kind.alg, key };
    // Tried out once: some bad keys (a point of low order) show only in use.
    await encryptTo([recipient], Buffer.alloc(1));
    return { recipient };
  } catch (cause) {
    return { mistakes: ['not a valid key'], cause };
  }
}

function isObject(value: unknown): value is UnreadJwk {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A new recipient for the embedded service (design §3): an EC P-256 key pair, as the JWK Set to configure and the
 * private key to keep (mode 0600).
 */
export async function generateRecipient(): Promise<{
  publicJwks: { keys: PublicRecipientJwk[] };
  privateJwk: PrivateRecipientJwk & { kid: string };
}> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { d, ...point } = privateKey.export({ format: 'jwk' });
  const named = {
    ...point,
    kty: 'EC',
    use: 'enc',
    alg: 'ECDH-ES+A256KW',
    kid: await calculateJwkThumbprint({ ...point, kty: 'EC' }),
  };
  return { publicJwks: { keys: [named] }, privateJwk: { ...named, ...(d === undefined ? {} : { d }) } };
}
