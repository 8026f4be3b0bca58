import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { reasonText } from './parts.js';

export const clientDeleted = eventType('ClientDeleted', {
  schemaVersion: 1,
  title: 'Client deleted',
  description:
    'The client is gone for good: client_id, secrets and registration access tokens ended at once (RFC 7592 §2.3). ' +
    'Always the last of its stream.',
  data: Type.Object({ reason: reasonText('Why, in the words of who did it; null when nothing was said.') }),
  example: { reason: 'service retired' },
  upcast: {},
});
