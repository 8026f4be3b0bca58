import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { reasonText } from './parts.js';

export const clientReinstated = eventType('ClientReinstated', {
  schemaVersion: 1,
  title: 'Client reinstated',
  description: 'An operator ended the suspension; every credential works as before.',
  data: Type.Object({ reason: reasonText('Why, in the words of who did it; null when nothing was said.') }),
  example: { reason: 'report was unfounded' },
  upcast: {},
});
