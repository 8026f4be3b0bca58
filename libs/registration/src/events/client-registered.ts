import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { EXAMPLE_METADATA, EXAMPLE_SECRET } from './examples.js';
import { clientMetadata, clientSecret, digest, nullable } from './parts.js';

export const clientRegistered = eventType('ClientRegistered', {
  schemaVersion: 1,
  title: 'Client registered',
  description:
    'A client was registered and got its credentials (RFC 7591 §3.2.1). Always the first of its stream.',
  data: Type.Object({
    client_id: Type.String({ minLength: 1, description: 'Never changes. RFC 7591 §3.2.1, RFC 7592 §2.1' }),
    client_id_issued_at: Type.Integer({
      minimum: 0,
      description: 'Seconds since the epoch; never changes. RFC 7591 §3.2.1',
    }),
    metadata: clientMetadata,
    registrationAccessToken: Type.Object(
      { digest: digest('base64url(SHA-256(UTF-8 octets of the token))') },
      { description: 'The registration access token of the client configuration endpoint. RFC 7592 §3' },
    ),
    secret: nullable(
      clientSecret,
      'The first client_secret; null when the client needs none. RFC 7591 §3.2.1',
    ),
  }),
  example: {
    client_id: 'SJRTnSg4zLB9Rjw0F1BhVg',
    client_id_issued_at: 1793440800,
    metadata: EXAMPLE_METADATA,
    registrationAccessToken: { digest: 'b2_8vYk0Zr4nq6tVh1cJ5mXwDs9aLfEoUi7yGpTBKNQ' },
    secret: EXAMPLE_SECRET,
  },
  upcast: {},
});
