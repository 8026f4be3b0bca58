import { partsInMemory } from '../../testing/parts-in-memory.js';
import { ClientStreams } from '../clients/client-streams.js';
import { AppendCommand } from './append-command.js';
import { AppendHealth } from './append-health.js';
import { ANONYMOUS, type Caller, clientActor } from './caller.js';
import { RegisterClientHandler, RegisterClientRequest } from './register-client.js';
import { UpdateClientHandler, UpdateClientRequest } from './update-client.js';

const METADATA = { redirect_uris: ['https://app.example/callback'] };
const MANY = 30;

test('design §4 · changes of one client at the same time are all decided, each on the state that the one before left', async () => {
  const parts = partsInMemory();
  const clients = new ClientStreams(parts);
  const append = new AppendCommand(parts, clients, new AppendHealth(parts));
  const by = (actor: Caller['actor']): Caller => ({ correlationId: 'request', actor, origin: {} });
  const registered = await new RegisterClientHandler(parts, append).execute(
    new RegisterClientRequest(METADATA, by(ANONYMOUS)),
  );
  const { client_id } = registered.client.state;
  const update = new UpdateClientHandler(parts, clients, append);
  const names = Array.from({ length: MANY }, (_, i) => `name ${i}`);
  const answers = await Promise.all(
    names.map((client_name) =>
      update.execute(
        new UpdateClientRequest(
          client_id,
          registered.registration_access_token,
          { ...METADATA, client_id, client_name },
          by(clientActor(client_id)),
        ),
      ),
    ),
  );
  expect(answers.map(({ client }) => client.state.metadata.client_name)).toEqual(names);
  expect(new Set(answers.map(({ client }) => client.state.streamVersion)).size).toBe(MANY);
  expect((await clients.load(client_id)).state.streamVersion).toBe(1 + MANY);
});
