import { RegistrationError } from '@rollbook/protocol';
import { parseJsonBody, RawBody } from '../http/json-body.js';

/**
 * The JSON value of a body that operators send; no body is undefined.
 *
 * @throws RegistrationError `unsupported_media_type`, `unsupported_content_coding`; `invalid_request` where a client's metadata would be
 *   `invalid_client_metadata`, because these are none
 */
export function readBody(body: unknown): unknown {
  if (body === undefined || body === null) return undefined;
  if (body instanceof RawBody && body.octets.length === 0) return undefined;
  try {
    return parseJsonBody(body);
  } catch (error) {
    if (!(error instanceof RegistrationError) || error.refusal !== 'invalid_client_metadata') throw error;
    throw new RegistrationError('invalid_request', error.message, {
      violations: error.violations,
      cause: error,
    });
  }
}
