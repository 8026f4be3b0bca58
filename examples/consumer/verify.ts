import { createHash, timingSafeEqual } from 'node:crypto';
import { generalDecrypt, importJWK, type GeneralJWE, type JWK } from 'jose';
import type { Client, Secret } from './view.js';

/** Nothing has this digest: so that an unknown client takes as long to refuse as a known one. */
const NO_DIGEST = 'A'.repeat(43);
const AT_MOST_SECRETS = 2;

// #region verify
/**
 * Whether a presented `client_secret` is the client's (docs/verifying-secrets.md §3).
 *
 * @param client undefined when there is none
 * @returns the id of the secret that counts, or null: answer `invalid_client`, whatever the reason
 */
export function verifySecret(client: Client | undefined, presented: string, now: Date): string | null {
  const secrets = client?.status === 'active' ? client.secrets : [];
  const digest = createHash('sha256').update(presented).digest();
  let found: string | null = null;
  for (let i = 0; i < AT_MOST_SECRETS; i++) {
    const secret = secrets[i];
    const same = timingSafeEqual(digest, Buffer.from(secret?.digest ?? NO_DIGEST, 'base64url'));
    if (same && secret !== undefined && counts(secret, now)) found = secret.secretId;
  }
  return found;
}

const counts = ({ client_secret_expires_at, validUntil }: Secret, now: Date): boolean =>
  (client_secret_expires_at === 0 || now.getTime() < client_secret_expires_at * 1000) &&
  (validUntil === null || now.getTime() < Date.parse(validUntil));
// #endregion verify

// #region open
/**
 * The secret itself, where it works as a key (docs/verifying-secrets.md §4).
 *
 * @param privateJwk of a recipient; with `kid`, or RFC 7638's thumbprint as `kid`
 * @throws when it was sealed for others, was changed, or belongs to another client
 */
export async function openSecret(
  client_id: string,
  { secretId, client_secret_jwe }: Pick<Secret, 'secretId' | 'client_secret_jwe'>,
  privateJwk: JWK & { kid: string },
): Promise<string> {
  const jwe = client_secret_jwe as GeneralJWE;
  const mine = jwe.recipients.find(({ header }) => header?.kid === privateJwk.kid);
  if (mine === undefined) throw new Error('this secret was not sealed for this key');
  const { plaintext } = await generalDecrypt(
    { ...jwe, recipients: [mine] },
    await importJWK(privateJwk, mine.header?.alg),
    {
      keyManagementAlgorithms: ['ECDH-ES+A256KW', 'RSA-OAEP-256'],
      contentEncryptionAlgorithms: ['A256GCM'],
    },
  );
  const sealed = JSON.parse(new TextDecoder().decode(plaintext)) as Record<string, string>;
  if (sealed['client_id'] !== client_id || sealed['secretId'] !== secretId) {
    throw new Error('this secret was sealed for another client');
  }
  return sealed['client_secret'] ?? '';
}
// #endregion open
