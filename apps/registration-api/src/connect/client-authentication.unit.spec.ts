import { LogUnavailable } from '@rollbook/event-log';
import { flowInMemory, requestOf } from '../../testing/flow-in-memory.js';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { FailedAuthentications } from '../http/failed-authentications.js';
import { RateLimits } from '../http/rate-limits.js';
import { ClientAuthentication } from './client-authentication.js';

const UNKNOWN = 'A'.repeat(22);
const WRONG = 'B'.repeat(43);

test.each([
  ['a whole log', false],
  ['a log that was restored to an earlier state', true],
])('design §8 · %s: who is refused, and how', async (_name, isRestored) => {
  const base = partsInMemory();
  const restored = new LogUnavailable('restored', 'the log ends too early');
  const requireWhole = () => (isRestored ? Promise.reject(restored) : Promise.resolve());
  const parts = { ...base, log: { ...base.log, requireWhole } };
  const { clients, client_id, registration_access_token } = await flowInMemory(parts, {
    redirect_uris: ['https://app.example/cb'],
  });
  const authentication = new ClientAuthentication(
    parts,
    clients,
    new FailedAuthentications(parts, new RateLimits()),
  );
  await expect(
    authentication.authenticate(requestOf(client_id, registration_access_token)),
  ).resolves.toMatchObject({ client_id });
  const refusal = isRestored ? { reason: 'restored' } : { refusal: 'invalid_token' };
  for (const request of [requestOf(client_id, WRONG), requestOf(UNKNOWN, WRONG)])
    await expect(authentication.authenticate(request)).rejects.toMatchObject(refusal);
});
