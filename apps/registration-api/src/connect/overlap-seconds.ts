import { RegistrationError } from '@rollbook/protocol';
import { parseJsonBody, RawBody, requireObject } from '../http/json-body.js';

/**
 * The optional body of a secret rotation, `{"overlap_seconds": n}`. `null` is the same as omitted (H6), and members that
 * are not understood are ignored (RFC 7591 §2).
 *
 * @returns seconds, or undefined when the request leaves it to the configuration
 * @throws RegistrationError `invalid_request` for anything but a whole number from 0
 */
export function overlapSecondsOf(body: unknown): number | undefined {
  if (!(body instanceof RawBody) || body.octets.length === 0) return undefined;
  const { overlap_seconds } = requireObject(parseJsonBody(body));
  if (overlap_seconds === undefined || overlap_seconds === null) return undefined;
  if (typeof overlap_seconds === 'number' && Number.isSafeInteger(overlap_seconds) && overlap_seconds >= 0)
    return overlap_seconds;
  const message = 'overlap_seconds must be a whole number of seconds from 0';
  throw new RegistrationError('invalid_request', message, {
    violations: [{ members: ['overlap_seconds'], rule: 'overlap-seconds', section: 'design §5', message }],
  });
}
