import { Figures } from '../publisher-loop.js';
import type { Checkpoint } from '../published-positions.js';
import type { Arrived, FollowedTopic } from '../kafka/follow-topic.js';
import { Pace } from '../pace.js';
import { LogEndsBefore, NO_PROGRESS } from './state-batches.js';
import { StateFolds } from './state-folds.js';
import type { PartitionStates } from './state-sender.js';
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
const arrived = (partition: number, ...messages: Arrived['messages']): Arrived => ({
  partition,
  messages,
  left: 0,
});
const foreign = (offset: number) => ({ ...record(offset, 1, 0), headers: {} });

const keysOf = (parts: readonly PartitionStates[]) =>
  parts.map(({ partition, messages }) => [partition, ...messages.map(({ key }) => key)]);

type SessionOptions = {
  send?: (parts: readonly PartitionStates[]) => Promise<void>;
  pace?: Pick<Pace, 'begin' | 'rest'>;
  maxOctets?: number;
};

/** A session over two partitions, whose follower hands out one of `arrivals` each time it is asked. */
function session(arrivals: Arrived[][], options: SessionOptions = {}) {
  const said: string[] = [];
  const sent: ReturnType<typeof keysOf>[] = [];
  const published: [events: number, position: number][] = [];
  const figures = new Figures();
  const stored: Checkpoint[] = [];
  const events: FollowedTopic = { next: async () => arrivals.shift() ?? [], close: async () => undefined };
  const open = stateSession({
    events,
    sender: {
      async send(parts) {
        await options.send?.(parts);
        sent.push(keysOf(parts));
      },
      close: async () => undefined,
    },
    from: [NO_PROGRESS, NO_PROGRESS],
    store: {
      read: () => Promise.reject(new Error('not read')),
      advance: async (checkpoint) => void stored.push(checkpoint),
      replace: () => Promise.reject(new Error('not replaced')),
    },
    published: async () => ({ position: 4, partitions: [3, 4] }),
    source: {
      folds: new StateFolds(async () => []),
      readAll: async () => [],
      partitions: 2,
      source: 'https://rollbook.example',
      notAClient: (sentence) => said.push(sentence),
      maxOctets: options.maxOctets,
    },
    figures,
    on: {
      failed: (sentence) => void said.push(sentence),
      published: (batch) => void published.push([batch.events, batch.position]),
    },
    notStored: (error) => said.push(String(error)),
    pace: options.pace ?? { begin: () => undefined, rest: async () => undefined },
  });
  return { open, said, sent, published, figures, stored };
}
const never = new AbortController().signal;

describe('state session', () => {
  test('design §7 · a record that is none of ours is passed over and said; the others go on', async () => {
    const { open, said, sent, figures } = session([
      [arrived(0, record(0, 1, 0), foreign(1), record(2, 3, 1))],
    ]);
    expect(await open.step(never)).toBe(2);
    await open.close();
    expect(sent).toEqual([[[0, 'client-1', 'client-3']]]);
    expect(said).toEqual(['records of partition 0 that are no events were passed over: 1']);
    expect(figures).toMatchObject({ head: 4, batches: 1, events: 2 });
  });

  test('design §7 · what lies there of several partitions goes in one transaction, and counts once', async () => {
    const { open, sent, published, figures, stored } = session([
      [arrived(1, record(0, 2, 0), record(1, 4, 2)), arrived(0, record(0, 1, 0), record(1, 3, 1))],
    ]);
    expect(await open.step(never)).toBe(4);
    await open.close();
    expect(sent).toEqual([
      [
        [1, 'client-2', 'client-4'],
        [0, 'client-1', 'client-3'],
      ],
    ]);
    expect(published).toEqual([[4, 4]]);
    expect(figures).toMatchObject({ position: 4, head: 4, batches: 1, events: 4, resends: 0 });
    expect(stored).toEqual([{ position: 4, partitions: [3, 4], offsets: [1, 1] }]);
  });

  test('design §7 · a partition with more than one batch goes on in the next transactions', async () => {
    const arrivals = [[arrived(0, record(0, 1, 0), record(1, 3, 1)), arrived(1, record(0, 2, 0))]];
    const { open, sent, published } = session(arrivals, { maxOctets: 1 });
    expect(await open.step(never)).toBe(2);
    expect(sent).toEqual([
      [
        [0, 'client-1'],
        [1, 'client-2'],
      ],
    ]);
    expect(await open.step(never)).toBe(1);
    expect(sent.slice(1)).toEqual([[[0, 'client-3']]]);
    expect(published).toEqual([
      [2, 2],
      [1, 3],
    ]);
    expect(await open.step(never)).toBe(0);
  });

  test('design §8 · a transaction that fails ends the session, and nothing in it counts as taken in', async () => {
    const { open, published, figures, stored } = session(
      [[arrived(0, record(0, 1, 0)), arrived(1, record(0, 2, 0))]],
      {
        send: () => Promise.reject(new Error('no')),
      },
    );
    await expect(open.step(never)).rejects.toThrow('no');
    // Nobody does so; it would tell how far it believes to be.
    await open.step(never);
    await open.close();
    expect(figures).toMatchObject({ position: 0, batches: 0, events: 0, resends: 1 });
    expect(published).toEqual([]);
    expect(stored).toEqual([{ position: 0, partitions: [0, 0], offsets: [null, null] }]);
  });

  test('design §8 · what was committed before the one that fails counts', async () => {
    let sends = 0;
    const { open, figures, stored } = session(
      [[arrived(0, record(0, 1, 0), record(1, 3, 1)), arrived(1, record(0, 2, 0))]],
      {
        maxOctets: 1,
        send: async () => {
          if (++sends > 1) throw new Error('no');
        },
      },
    );
    await open.step(never);
    await expect(open.step(never)).rejects.toThrow('no');
    await open.close();
    expect(figures).toMatchObject({ batches: 1, events: 2, resends: 1 });
    expect(stored).toEqual([{ position: 1, partitions: [1, 2], offsets: [0, 0] }]);
  });

  test('design §7 · repeats need no transaction, and are not told as published; they are dealt with', async () => {
    const repeats = [arrived(0, record(1, 1, 0))];
    const { open, sent, published } = session([
      [arrived(0, record(0, 1, 0))],
      repeats,
      [arrived(0, record(2, 3, 1))],
    ]);
    for (let step = 0; step < 3; step++) await open.step(never);
    expect(sent).toEqual([[[0, 'client-1']], [[0, 'client-3']]]);
    expect(published).toEqual([
      [1, 1],
      [1, 3],
    ]);
  });

  test('design §8 · a partition that cannot go on does not hold back what the others have', async () => {
    const { open, sent } = session([[arrived(0, record(0, 3, 1)), arrived(1, record(0, 2, 0))]]);
    expect(await open.step(never)).toBe(1);
    expect(sent).toEqual([[[1, 'client-2']]]);
    await expect(open.step(never)).rejects.toThrow(LogEndsBefore);
  });

  test('design §7 · nothing new is nothing', async () => {
    expect(await session([]).open.step(never)).toBe(0);
  });
});

describe('the pace of transactions', () => {
  const told = () => {
    const calls: string[] = [];
    const pace = { begin: () => void calls.push('begin'), rest: async () => void calls.push('rest') };
    return { calls, pace, send: async () => void calls.push('send') };
  };

  test('design §7 · records are asked for after the rest, once per transaction', async () => {
    const { calls, ...options } = told();
    const { open } = session([[arrived(0, record(0, 1, 0))], [arrived(0, record(1, 3, 1))]], options);
    await open.step(never);
    await open.step(never);
    expect(calls).toEqual(['rest', 'begin', 'send', 'rest', 'begin', 'send']);
  });

  test('design §7 · no rest while more lies on Kafka, or is left of what was handed out', async () => {
    const { calls, ...options } = told();
    const more = { ...arrived(0, record(0, 1, 0), record(1, 3, 1)), left: 1 };
    const { open } = session([[more], [arrived(0, record(2, 5, 3))], []], { ...options, maxOctets: 1 });
    for (let step = 0; step < 4; step++) await open.step(never);
    expect(calls).toEqual(['rest', 'begin', 'send', 'begin', 'send', 'begin', 'send', 'rest']);
  });

  test('design §8 · with an aborted signal there is no rest, and what lies there is published', async () => {
    const pace = new Pace(60_000);
    const { open, sent } = session([[arrived(0, record(0, 1, 0))], [arrived(0, record(1, 3, 1))]], { pace });
    await open.step(never);
    await open.step(AbortSignal.abort());
    expect(sent).toEqual([[[0, 'client-1']], [[0, 'client-3']]]);
  });
});
