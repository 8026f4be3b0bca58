import type { GeneralJWE } from 'jose';
import { secretDigest } from './digest.js';
import type { Random } from './random.js';

/** `key`: the secret also works as a key (HS*, symmetric JWE, `client_secret_jwt`); `digest`: it is only compared. */
export type SecretKind = 'digest' | 'key';

/** What is kept of a `client_secret`: never the secret itself (design §3). */
export type SecretRecord = {
  /** Names the secret in events and answers; 96 random bits, says nothing about the secret. */
  secretId: string;
  /** {@link secretDigest} of the secret; a sealed secret has it too. */
  digest: string;
  /** The secret sealed for its recipients; only when it works as a key. */
  client_secret_jwe?: GeneralJWE;
  /** RFC 3339. */
  issuedAt: string;
  /** Seconds since the epoch; 0 = never (RFC 7591 §3.2.1). */
  client_secret_expires_at: number;
};

/** A secret that may still be presented; after a rotation the older one ends at `validUntil` (RFC 3339). */
export type LiveSecret = SecretRecord & { validUntil: string | null };

/** 43 characters for a secret that is compared; 64 for one that works as a key, as HS512 needs 64 octets (Core §16.19). */
const SECRET_OCTETS: Readonly<Record<SecretKind, number>> = { digest: 32, key: 48 };
const SECRET_ID_OCTETS = 12;

/**
 * Issues a `client_secret` (RFC 7591 §3.2.1) and the record to keep of it. Show the secret once, in the answer that
 * issues it. A secret of kind `key` still has to be sealed: `sealSecret`.
 *
 * @param input.lifetimeSeconds 0 = never expires
 */
export function issueClientSecret(input: {
  kind: SecretKind;
  now: Date;
  lifetimeSeconds: number;
  random: Random;
}): {
  client_secret: string;
  record: SecretRecord;
} {
  const client_secret = input.random(SECRET_OCTETS[input.kind]).toString('base64url');
  return {
    client_secret,
    record: {
      secretId: input.random(SECRET_ID_OCTETS).toString('base64url'),
      digest: secretDigest(client_secret),
      issuedAt: input.now.toISOString(),
      client_secret_expires_at:
        input.lifetimeSeconds === 0 ? 0 : Math.floor(input.now.getTime() / 1000) + input.lifetimeSeconds,
    },
  };
}
