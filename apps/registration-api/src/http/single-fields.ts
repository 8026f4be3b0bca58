import type { IncomingMessage } from 'node:http';
import { RegistrationError } from '@rollbook/protocol';

/** Header fields that stand for one value. Node keeps the first of several: the one that a proxy did not look at. */
const SINGLE = ['host', 'authorization', 'content-type'];

/**
 * Refuses what can be understood in two ways: a field that may occur once and occurs twice (RFC 9110 §5.3, RFC 6750
 * §3.1), and a request that does not say whom it is for (RFC 9112 §3.2).
 *
 * @throws RegistrationError `invalid_request`
 */
export function requireSingleFields({ rawHeaders, headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion !== '1.0') {
    throw new RegistrationError('invalid_request', 'the request has no Host field');
  }
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const field = SINGLE.indexOf((rawHeaders[at] ?? '').toLowerCase());
    if (field < 0) continue;
    if (seen & (1 << field)) {
      throw new RegistrationError('invalid_request', `send the header field ${SINGLE[field]} once`);
    }
    seen |= 1 << field;
  }
}
