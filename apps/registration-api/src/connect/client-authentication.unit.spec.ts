import { LogUnavailable } from '@rollbook/event-log';
import type { FastifyRequest } from 'fastify';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { ClientStreams } from '../clients/client-streams.js';
import { AppendCommand } from '../flow/append-command.js';
import { AppendHealth } from '../flow/append-health.js';
import { ANONYMOUS, callerOf } from '../flow/caller.js';
import { RegisterClientHandler, RegisterClientRequest } from '../flow/register-client.js';
import { FailedAuthentications } from '../http/failed-authentications.js';
import { RateLimits } from '../http/rate-limits.js';
import { ClientAuthentication } from './client-authentication.js';

const requestOf = (client_id: string, token: string) =>
  ({
    id: crypto.randomUUID(),
    query: { client_id },
    headers: { authorization: `Bearer ${token}` },
  }) as Partial<FastifyRequest> as FastifyRequest;

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
  const clients = new ClientStreams(parts);
  const authentication = new ClientAuthentication(
    parts,
    clients,
    new FailedAuthentications(parts, new RateLimits()),
  );
  const { client, registration_access_token } = await new RegisterClientHandler(
    parts,
    new AppendCommand(parts, clients, new AppendHealth(parts)),
  ).execute(
    new RegisterClientRequest(
      { redirect_uris: ['https://app.example/cb'] },
      callerOf(requestOf('', ''), ANONYMOUS),
    ),
  );
  const { client_id } = client.state;
  await expect(
    authentication.authenticate(requestOf(client_id, registration_access_token)),
  ).resolves.toMatchObject({ client_id });
  const refusal = isRestored ? { reason: 'restored' } : { refusal: 'invalid_token' };
  for (const request of [requestOf(client_id, WRONG), requestOf(UNKNOWN, WRONG)])
    await expect(authentication.authenticate(request)).rejects.toMatchObject(refusal);
});
