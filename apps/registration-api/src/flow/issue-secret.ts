import { issueClientSecret, type SecretRecord, sealSecret } from '@rollbook/credentials';
import { RegistrationError } from '@rollbook/protocol';
import type { RegistrationApiParts } from '../parts.js';

export type IssuedSecret = { client_secret: string; record: SecretRecord };

/**
 * A new client_secret (RFC 7591 §3.2.1); one that works as a key is sealed to its recipients, because no digest could
 * give it back to them (design §3).
 *
 * @throws RegistrationError `invalid_client_metadata` when it has to be sealed and there is nobody to seal it to
 */
export async function issueSecret(
  { clock, random, recipients, config }: RegistrationApiParts,
  kind: 'digest' | 'key',
  client_id: string,
): Promise<IssuedSecret> {
  const issued = issueClientSecret({
    kind,
    now: clock(),
    lifetimeSeconds: config.secretLifetimeSeconds,
    random,
  });
  if (kind === 'digest') return issued;
  if (recipients === null) {
    const message =
      'this server cannot register clients whose client_secret works as a key (client_secret_jwt, HS*, symmetric encryption): no recipient of sealed secrets is configured';
    throw new RegistrationError('invalid_client_metadata', message, {
      violations: [
        {
          members: ['token_endpoint_auth_method'],
          rule: 'secret-recipients',
          section: 'RFC 7591 §2',
          message,
        },
      ],
    });
  }
  return { ...issued, record: await sealSecret(issued.client_secret, issued.record, client_id, recipients) };
}
