import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { EXAMPLE_SECRET } from './examples.js';
import { clientSecret, instant } from './parts.js';

export const secretRotated = eventType('SecretRotated', {
  schemaVersion: 1,
  title: 'Secret rotated',
  description:
    'A new client_secret beside the previous one, which stays valid for the overlap (RFC 7592 App. A.1). At most two are ' +
    'live: a third is preceded by SecretRevoked for the oldest.',
  data: Type.Object({
    secret: clientSecret,
    previous: Type.Object(
      {
        secretId: Type.String({ minLength: 1, description: 'The newest secret before this one.' }),
        validUntil: instant(
          'From then on it is refused: end of the overlap, or its own expiry if that is earlier.',
        ),
      },
      { description: 'The secret that is being replaced.' },
    ),
  }),
  example: {
    secret: {
      ...EXAMPLE_SECRET,
      secretId: 's-Wm2cH7tYv0e',
      digest: 'Qp3sLx6fVn0bZr8kTd1yHuJgCw5mEoAi9vRtKzXcB2E',
      issuedAt: '2026-11-01T10:00:00.000Z',
    },
    previous: { secretId: EXAMPLE_SECRET.secretId, validUntil: '2026-11-02T10:00:00.000Z' },
  },
  upcast: {},
});
