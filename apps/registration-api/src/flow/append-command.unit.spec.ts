import { flowInMemory } from '../../testing/flow-in-memory.js';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { clientActor } from './caller.js';
import { UpdateClientHandler, UpdateClientRequest } from './update-client.js';

const METADATA = { redirect_uris: ['https://app.example/callback'] };
const MANY = 30;

test('design §4 · changes of one client at the same time are all decided, each on the state that the one before left', async () => {
  const parts = partsInMemory();
  const { clients, append, anonymous, client_id, registration_access_token } = await flowInMemory(
    parts,
    METADATA,
  );
  const caller = { ...anonymous, actor: clientActor(client_id) };
  const update = new UpdateClientHandler(parts, clients, append);
  const names = Array.from({ length: MANY }, (_, i) => `name ${i}`);
  const answers = await Promise.all(
    names.map((client_name) => {
      const input = { ...METADATA, client_id, client_name };
      return update.execute(new UpdateClientRequest(client_id, registration_access_token, input, caller));
    }),
  );
  expect(answers.map(({ client }) => client.state.metadata.client_name)).toEqual(names);
  expect(new Set(answers.map(({ client }) => client.state.streamVersion)).size).toBe(MANY);
  expect((await clients.load(client_id)).state.streamVersion).toBe(1 + MANY);
});
