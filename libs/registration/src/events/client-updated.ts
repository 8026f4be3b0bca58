import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { EXAMPLE_METADATA } from './examples.js';
import { clientMetadata } from './parts.js';

export const clientUpdated = eventType('ClientUpdated', {
  schemaVersion: 1,
  title: 'Client updated',
  description:
    'The client replaced its metadata (RFC 7592 §2.2). A replacement that changes nothing appends no event.',
  data: Type.Object({
    metadata: clientMetadata,
    changed: Type.Array(Type.String({ minLength: 1 }), {
      description:
        'Names of the members added, removed or changed by this replacement, sorted, personal members included.',
    }),
  }),
  example: {
    metadata: { ...EXAMPLE_METADATA, client_uri: 'https://client.example.org/' },
    changed: ['client_uri', 'contacts'],
  },
  upcast: {},
});
