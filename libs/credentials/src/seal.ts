import { generalDecrypt, importJWK, type GeneralJWE } from 'jose';
import type { SecretRecord } from './client-secret.js';
import { ENC, encryptTo, kidOf, type PrivateRecipientJwk, type Recipients } from './recipients.js';

export type { GeneralJWE };

/** A sealed secret that this key can't open, or that holds something else than a secret. Says nothing of its content. */
export class SealedSecretError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealedSecretError';
  }
}

/** What is sealed. `client_id` and `secretId` must be those of the event in which the sealed secret is found. */
type Sealed = { client_secret: string; client_id: string; secretId: string };

/**
 * Seals a secret that works as a key for the configured recipients (design §3): a JWE in general serialisation, A256GCM,
 * one entry per recipient. The plaintext names the client and the secret, so that a sealed secret that was moved to
 * another client is noticed when it is opened.
 *
 * @returns the record with `client_secret_jwe`; the digest stays
 */
export async function sealSecret(
  client_secret: string,
  record: SecretRecord,
  client_id: string,
  recipients: Recipients,
): Promise<SecretRecord> {
  const sealed: Sealed = { client_id, secretId: record.secretId, client_secret };
  return { ...record, client_secret_jwe: await encryptTo(recipients, Buffer.from(JSON.stringify(sealed))) };
}

/**
 * Opens a `client_secret_jwe` with a recipient's private key. The caller compares `client_id` and `secretId` with those
 * of the event, and refuses the secret when they differ.
 *
 * @throws SealedSecretError when it was not sealed for this key, or was changed
 */
export async function openSealedSecret(jwe: GeneralJWE, privateJwk: PrivateRecipientJwk): Promise<Sealed> {
  const kid = await kidOf(privateJwk);
  const mine = jwe.recipients.find((recipient) => recipient.header?.kid === kid);
  if (!mine) throw new SealedSecretError('the secret was not sealed for this key');
  try {
    const { plaintext } = await generalDecrypt(
      { ...jwe, recipients: [mine] },
      await importJWK(privateJwk, mine.header?.alg),
      { keyManagementAlgorithms: ['ECDH-ES+A256KW', 'RSA-OAEP-256'], contentEncryptionAlgorithms: [ENC] },
    );
    return readSealed(JSON.parse(Buffer.from(plaintext).toString('utf8')));
  } catch (cause) {
    throw new SealedSecretError('the sealed secret was changed, or the key is unsuitable', { cause });
  }
}

function readSealed(read: unknown): Sealed {
  if (
    typeof read === 'object' &&
    read !== null &&
    'client_secret' in read &&
    'client_id' in read &&
    'secretId' in read
  ) {
    const { client_secret, client_id, secretId } = read;
    if (typeof client_secret === 'string' && typeof client_id === 'string' && typeof secretId === 'string') {
      return { client_secret, client_id, secretId };
    }
  }
  throw new SealedSecretError('the sealed text is not a client secret');
}
