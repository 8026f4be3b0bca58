import { initialState } from '@rollbook/registration';
import { partsInMemory } from '../../testing/parts-in-memory.js';
import { AppendCommand } from '../flow/append-command.js';
import { AppendHealth } from '../flow/append-health.js';
import { ChangeStatusHandler, ChangeStatusRequest } from '../flow/change-status.js';
import { RegisterClientHandler, RegisterClientRequest } from '../flow/register-client.js';
import { ClientStreams } from './client-streams.js';

const parts = partsInMemory();
const caller = (correlationId: string) => ({
  actor: { kind: 'operator' as const, ref: 'admin' },
  origin: {},
  correlationId,
});
/** Versions of the client that is read: what a client can bring about by itself is ten times as many, and larger ones. */
const VERSIONS = 1_000;
let client_id: string;

beforeAll(async () => {
  const clients = new ClientStreams(parts);
  const append = new AppendCommand(parts, clients, new AppendHealth(parts));
  const registered = await new RegisterClientHandler(parts, append).execute(
    new RegisterClientRequest({ redirect_uris: ['https://app.example/callback'] }, caller('0')),
  );
  client_id = registered.client.state.client_id;
  const changes = new ChangeStatusHandler(parts, append);
  for (let version = 2; version <= VERSIONS; version += 1) {
    const change = version % 2 === 0 ? 'SuspendClient' : 'ReinstateClient';
    await changes.execute(new ChangeStatusRequest(client_id, change, 'to and fro', caller(String(version))));
  }
});

test('spec S3 · a long stream that is not at hand is folded in pieces: others are answered in between', async () => {
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  const { state, position } = await new ClientStreams(parts).load(client_id);
  counting = false;
  expect([state.streamVersion, state.status, position]).toEqual([VERSIONS, 'suspended', VERSIONS]);
  expect(turns).toBeGreaterThanOrEqual(10);
});

test('spec S3 · who asks for the same long stream meanwhile waits for that fold instead of making another', async () => {
  let read = 0;
  const { log } = parts;
  const counted = partsInMemory({
    log: {
      ...log,
      readStream: async (streamId, page) => {
        const events = await log.readStream(streamId, page);
        read += events.length;
        return events;
      },
    },
  });
  const clients = new ClientStreams(counted);
  const loaded = await Promise.all(Array.from({ length: 20 }, () => clients.load(client_id)));
  expect(loaded.map(({ state }) => state.streamVersion)).toEqual(Array.from({ length: 20 }, () => VERSIONS));
  expect(read).toBeLessThan(3 * VERSIONS);
});

test('an unknown client costs nothing that stays', async () => {
  const clients = new ClientStreams(parts);
  expect(await clients.load('A'.repeat(22))).toEqual({ state: initialState(), position: 0 });
});
