import { RegistrationError } from '@rollbook/protocol';
import type { FastifyRequest } from 'fastify';

/**
 * Idempotent retries do not exist yet. Passing the key over in silence would make a second client of a retry, which is
 * what the caller wanted to avoid.
 *
 * @throws RegistrationError `invalid_request`
 */
export function refuseIdempotencyKey({ headers }: FastifyRequest): void {
  if (headers['idempotency-key'] === undefined) return;
  const message = 'Idempotency-Key is not supported yet; send the request without it';
  throw new RegistrationError('invalid_request', message, {
    violations: [{ members: [], rule: 'idempotency-key', section: 'design §6', message }],
  });
}
