import { Figures } from '../publisher-loop.js';
import type { Arrived, FollowedTopic } from '../kafka/follow-topic.js';
import type { StateMessage } from './state-message.js';
import { NO_PROGRESS } from './state-batches.js';
import { StateFolds } from './state-folds.js';
import { stateSession } from './state-session.js';

const DIGEST = 'Qp3sLx6fVn0bZr8kTd1yHuJgCw5mEoAi9vRtKzXcB2E';
const registered = (client_id: string) =>
  JSON.stringify({
    eventId: '01930000-0000-7000-8000-000000000001',
    type: 'ClientRegistered',
    schemaVersion: 1,
    streamId: `client-${client_id}`,
    streamVersion: 1,
    recordedAt: '2026-11-24T03:00:00.000Z',
    correlationId: 'test',
    causationId: null,
    actor: { kind: 'anonymous', ref: null },
    policyVersion: '0123456789abcdef',
    data: {
      client_id,
      client_id_issued_at: 1_793_000_000,
      metadata: { client_name: 'My Example Application' },
      registrationAccessToken: { digest: DIGEST },
      secret: null,
    },
    personal: null,
  });
const record = (offset: number, position: number, previous: number) => ({
  offset: String(offset),
  key: Buffer.from(`client-${position}`),
  value: Buffer.from(registered(String(position))),
  timestamp: '0',
  attributes: 0,
  headers: { ce_position: String(position), ce_prevposition: String(previous), ce_streamversion: '1' },
});
const foreign = (offset: number) => ({ ...record(offset, 1, 0), headers: {} });

function session(arrivals: Arrived[], send: (messages: readonly StateMessage[]) => Promise<void>) {
  const said: string[] = [];
  const figures = new Figures();
  const stored: number[] = [];
  const events: FollowedTopic = { next: async () => arrivals.shift() ?? null, close: async () => undefined };
  const open = stateSession({
    events,
    sender: { send: (_partition, messages) => send(messages), close: async () => undefined },
    from: [NO_PROGRESS],
    store: {
      read: () => Promise.reject(new Error('not read')),
      advance: async ({ position }) => void stored.push(position),
      replace: () => Promise.reject(new Error('not replaced')),
    },
    published: async () => ({ position: 3, partitions: [3] }),
    source: {
      folds: new StateFolds(async () => []),
      readAll: async () => [],
      partitions: 1,
      source: 'https://rollbook.example',
      notAClient: (sentence) => said.push(sentence),
    },
    figures,
    on: { failed: (sentence) => void said.push(sentence) },
    notStored: (error) => said.push(String(error)),
  });
  return { open, said, figures, stored };
}
const never = new AbortController().signal;

test('design §7 · a record that is none of ours is passed over and said; the others go on', async () => {
  const sent: string[] = [];
  const arrived = { partition: 0, messages: [record(0, 1, 0), foreign(1), record(2, 3, 1)] };
  const { open, said, figures, stored } = session([arrived], async (messages) => {
    sent.push(...messages.map(({ key, headers }) => `${key} ${headers.eventsoffset}`));
  });
  expect(await open.step(never)).toBe(2);
  await open.close();
  expect(sent).toEqual(['client-1 0', 'client-3 2']);
  expect(said).toEqual(['records of partition 0 that are no events were passed over: 1']);
  expect(figures).toMatchObject({ position: 3, head: 3, batches: 1, events: 2 });
  expect(stored).toEqual([3]);
});

test('design §7 · a send that fails ends the session, and nothing counts as taken in', async () => {
  const arrived = { partition: 0, messages: [record(0, 1, 0)] };
  const { open, figures, stored } = session([arrived], () => Promise.reject(new Error('no')));
  await expect(open.step(never)).rejects.toThrow('no');
  await open.close();
  expect(figures).toMatchObject({ position: 0, batches: 0, events: 0, resends: 1 });
  expect(stored).toEqual([]);
});

test('design §7 · nothing new is nothing', async () => {
  const { open } = session([], async () => undefined);
  expect(await open.step(never)).toBe(0);
});
