import { flowInMemory, requestOf } from '../../testing/flow-in-memory.js';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { ClientAuthentication } from '../connect/client-authentication.js';
import { FailedAuthentications } from '../http/failed-authentications.js';
import { RateLimits } from '../http/rate-limits.js';
import { callerOf, clientActor } from './caller.js';
import {
  NewRegistrationAccessTokenHandler,
  NewRegistrationAccessTokenRequest,
} from './new-registration-access-token.js';
import { UpdateClientHandler, UpdateClientRequest } from './update-client.js';

const METADATA = { redirect_uris: ['https://app.example/callback'] };
/** Runs while the update waits for the sector document, which its author may let take its time. */
let meanwhile: () => Promise<unknown> = () => Promise.resolve();

const parts = partsInMemory({
  outbound: { fetchJson: () => meanwhile().then(() => METADATA.redirect_uris), close: async () => {} },
});
test('spec 2.19 · a token that is revoked while its request is under way changes nothing any more', async () => {
  const flow = await flowInMemory(parts, METADATA);
  const { clients, append, anonymous, client_id, registration_access_token: token } = flow;
  const authentication = new ClientAuthentication(
    parts,
    clients,
    new FailedAuthentications(parts, new RateLimits()),
  );
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
