import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { EXAMPLE_SEALED_SECRET } from './examples.js';
import { clientSecret } from './parts.js';

export const secretIssued = eventType('SecretIssued', {
  schemaVersion: 1,
  title: 'Secret issued',
  description:
    'An update made a client_secret necessary that the client did not have (RFC 7591 §3.2.1). It is then the only one.',
  data: Type.Object({
    secret: clientSecret,
    reason: Type.String({
      minLength: 1,
      description:
        '`needs-secret`: the client now authenticates with a secret. `needs-key`: its secret now works as a key. Others may follow.',
    }),
  }),
  example: { secret: EXAMPLE_SEALED_SECRET, reason: 'needs-key' },
  upcast: {},
});
