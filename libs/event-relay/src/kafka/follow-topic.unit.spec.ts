import type { ConsumerRunConfig, EachBatchPayload } from 'kafkajs';
import { type FollowingConsumer, followTopic } from './follow-topic.js';

const TOPIC = 'rollbook.events.v1';
const never = new AbortController().signal;
const aborted = AbortSignal.abort();

/** A consumer that brings what the test says, as kafkajs does, and says what was asked of it. */
async function follow(from: readonly number[]) {
  let run: ConsumerRunConfig = {};
  const listeners = new Map<string, (event: { payload: unknown }) => void>();
  const seeks: [partition: number, offset: string][] = [];
  const consumer = {
    events: { GROUP_JOIN: 'joined', CRASH: 'crashed' },
    connect: async () => undefined,
    subscribe: async () => undefined,
    run: async (config: ConsumerRunConfig) => void (run = config),
    seek: ({ partition, offset }: { partition: number; offset: string }) =>
      void seeks.push([partition, offset]),
    disconnect: async () => undefined,
    on: (name: string, listener: (event: { payload: unknown }) => void) => listeners.set(name, listener),
  };
  const desk = await followTopic({ consumer: () => consumer as unknown as FollowingConsumer }, TOPIC, from);
  const dealtWith: number[] = [];
  const bring = (partition: number, offsets: readonly number[], left = 0): void => {
    const batch = {
      partition,
      messages: offsets.map((offset) => ({ offset: String(offset) })),
      lastOffset: () => String(offsets.at(-1)),
      offsetLag: () => String(left),
    };
    void run
      .eachBatch?.({ batch, heartbeat: async () => undefined } as unknown as EachBatchPayload)
      .then(() => dealtWith.push(partition));
  };
  const tell = (name: string, payload: unknown): void => listeners.get(name)?.({ payload });
  return { desk, bring, tell, dealtWith, seeks, concurrently: () => run.partitionsConsumedConcurrently };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const said = (arrived: Awaited<ReturnType<Awaited<ReturnType<typeof follow>>['desk']['next']>>) =>
  arrived.map(({ partition, messages, left }) => [partition, messages.map(({ offset }) => offset), left]);

describe('following a topic', () => {
  test('design §7 · hands out what lies there of every partition, and waits with each until it was dealt with', async () => {
    const { desk, bring, dealtWith, concurrently } = await follow([0, 0, 0]);
    expect(concurrently()).toBe(3);
    bring(2, [0, 1]);
    bring(0, [4], 7);
    expect(said(await desk.next(1_000, never))).toEqual([
      [2, ['0', '1'], 0],
      [0, ['4'], 7],
    ]);
    bring(1, [3]);
    await settled();
    expect(dealtWith).toEqual([]);
    expect(said(await desk.next(1_000, never))).toEqual([[1, ['3'], 0]]);
    await settled();
    expect(dealtWith).toEqual([2, 0]);
    await desk.close();
    await settled();
    expect(dealtWith).toEqual([2, 0, 1]);
  });

  test('design §7 · waits for the first that comes, for so long, or until the signal', async () => {
    const { desk, bring } = await follow([0]);
    expect(await desk.next(60_000, aborted)).toEqual([]);
    expect(await desk.next(5, never)).toEqual([]);
    const over = new AbortController();
    const waiting = desk.next(60_000, over.signal);
    over.abort();
    expect(await waiting).toEqual([]);
    const next = desk.next(60_000, never);
    bring(0, [0]);
    expect(said(await next)).toEqual([[0, ['0'], 0]]);
    await desk.close();
  });

  test('design §7 · with an aborted signal, what lies there is handed out', async () => {
    const { desk, bring } = await follow([0]);
    bring(0, [0]);
    expect(said(await desk.next(0, aborted))).toEqual([[0, ['0'], 0]]);
    await desk.close();
  });

  test('design §8 · who joins the group again goes on behind what was dealt with, partition by partition', async () => {
    const { desk, bring, tell, seeks } = await follow([5, 7]);
    tell('joined', { memberAssignment: { [TOPIC]: [0, 1] } });
    bring(0, [5, 6]);
    await desk.next(0, never);
    await desk.next(0, never);
    bring(1, [7, 8]);
    await desk.next(0, never);
    await settled();
    tell('joined', { memberAssignment: { [TOPIC]: [0, 1] } });
    expect(seeks).toEqual([
      [0, '5'],
      [1, '7'],
      [0, '7'],
      [1, '7'],
    ]);
    await desk.close();
  });

  test('design §8 · a partition that is brought again before it was dealt with ends the following', async () => {
    const { desk, bring } = await follow([0, 0]);
    bring(0, [0, 1]);
    expect(said(await desk.next(0, never))).toEqual([[0, ['0', '1'], 0]]);
    bring(0, [0]);
    await expect(desk.next(60_000, never)).rejects.toThrow('partition 0 was brought again');
    await desk.close();
  });

  test('design §8 · what ended the following is thrown, also to who waits, and nothing goes on', async () => {
    const { desk, bring, tell } = await follow([0]);
    const waiting = desk.next(60_000, never);
    tell('crashed', { error: new Error('no broker') });
    await expect(waiting).rejects.toThrow('no broker');
    bring(0, [0]);
    await expect(desk.next(0, never)).rejects.toThrow('no broker');
    await desk.close();
  });
});
