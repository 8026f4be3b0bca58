import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { digest, instant, nullable } from './parts.js';

export const registrationAccessTokenRotated = eventType('RegistrationAccessTokenRotated', {
  schemaVersion: 1,
  title: 'Registration access token rotated',
  description:
    'The client got a new registration access token, on an update or from an operator (RFC 7592 §5).',
  data: Type.Object({
    digest: digest('base64url(SHA-256(UTF-8 octets of the new token))'),
    previousValidUntil: nullable(
      instant('End of the grace window for a lost answer.'),
      'Until when the token before it is still accepted; null: every earlier token ended at once.',
    ),
  }),
  example: {
    digest: 'Xn5vBq8rLk2wTz0cYf4jHs7mGd1pEuAo6iKtVxCbR3I',
    previousValidUntil: '2026-10-31T10:05:00.000Z',
  },
  upcast: {},
});
