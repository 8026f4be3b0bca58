import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { reasonText } from './parts.js';

export const clientSuspended = eventType('ClientSuspended', {
  schemaVersion: 1,
  title: 'Client suspended',
  description:
    'An operator suspended the client; it can neither authenticate nor manage itself (RFC 7592 §2.1).',
  data: Type.Object({ reason: reasonText('Why, in the words of who did it; null when nothing was said.') }),
  example: { reason: 'reported as impersonating another service' },
  upcast: {},
});
