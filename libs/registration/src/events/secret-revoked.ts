import { Type } from '@sinclair/typebox';
import { eventType } from '../event-type.js';
import { EXAMPLE_SECRET } from './examples.js';

export const secretRevoked = eventType('SecretRevoked', {
  schemaVersion: 1,
  title: 'Secret revoked',
  description: 'A client_secret ended before its time and is refused from now on.',
  data: Type.Object({
    secretId: Type.String({ minLength: 1, description: 'The secret that ended.' }),
    reason: Type.String({
      minLength: 1,
      description:
        '`not-needed`: the client authenticates without a secret now. `replaced`: SecretIssued follows. ' +
        '`superseded`: a third secret ends the oldest. Others may follow.',
    }),
  }),
  example: { secretId: EXAMPLE_SECRET.secretId, reason: 'not-needed' },
  upcast: {},
});
