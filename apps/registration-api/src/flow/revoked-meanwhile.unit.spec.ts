import type { FastifyRequest } from 'fastify';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { ClientStreams } from '../clients/client-streams.js';
import { ClientAuthentication } from '../connect/client-authentication.js';
import { FailedAuthentications } from '../http/failed-authentications.js';
import { RateLimits } from '../http/rate-limits.js';
import { AppendCommand } from './append-command.js';
import { AppendHealth } from './append-health.js';
import { ANONYMOUS, callerOf, clientActor } from './caller.js';
import {
  NewRegistrationAccessTokenHandler,
  NewRegistrationAccessTokenRequest,
} from './new-registration-access-token.js';
import { RegisterClientHandler, RegisterClientRequest } from './register-client.js';
import { UpdateClientHandler, UpdateClientRequest } from './update-client.js';

const METADATA = { redirect_uris: ['https://app.example/callback'] };
/** Runs while the update waits for the sector document, which its author may let take its time. */
let meanwhile: () => Promise<unknown> = () => Promise.resolve();

const parts = partsInMemory({
  outbound: { fetchJson: () => meanwhile().then(() => METADATA.redirect_uris), close: async () => {} },
});
const clients = new ClientStreams(parts);
const append = new AppendCommand(parts, clients, new AppendHealth(parts));
const authentication = new ClientAuthentication(
  parts,
  clients,
  new FailedAuthentications(parts, new RateLimits()),
);
const requestOf = (client_id: string, token: string) =>
  ({
    id: crypto.randomUUID(),
    query: { client_id },
    headers: { authorization: `Bearer ${token}` },
  }) as Partial<FastifyRequest> as FastifyRequest;

test('spec 2.19 · a token that is revoked while its request is under way changes nothing any more', async () => {
  const anonymous = callerOf(requestOf('', ''), ANONYMOUS);
  const { client, registration_access_token: token } = await new RegisterClientHandler(parts, append).execute(
    new RegisterClientRequest(METADATA, anonymous),
  );
  const { client_id } = client.state;
  const request = requestOf(client_id, token);
  const { confirm } = await authentication.authenticate(request);
  meanwhile = () =>
    new NewRegistrationAccessTokenHandler(parts, append).execute(
      new NewRegistrationAccessTokenRequest(client_id, {
        ...anonymous,
        correlationId: 'operator',
        actor: { kind: 'operator', ref: 'admin' },
      }),
    );
  const update = { ...METADATA, client_id, sector_identifier_uri: 'https://slow.example/sector' };
  const caller = callerOf(request, clientActor(client_id), confirm);
  await expect(
    new UpdateClientHandler(parts, clients, append).execute(
      new UpdateClientRequest(client_id, token, update, caller),
    ),
  ).rejects.toMatchObject({ refusal: 'invalid_token' });
  const { state } = await clients.load(client_id);
  expect([state.streamVersion, state.metadata.sector_identifier_uri]).toEqual([2, undefined]);
});
