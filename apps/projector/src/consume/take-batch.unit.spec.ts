import type { PublishedEvent } from '@rollbook/event-relay';
import { type AppliedRun, type Batch, type BatchTaker, type ReadRecord, takeBatch } from './take-batch.js';

const event = (position: number): ReadRecord => ({
  offset: String(100 + position),
  event: {
    partition: 3,
    offset: String(100 + position),
    position,
    previousPosition: position - 1,
    streamId: 'client-a',
    streamVersion: position,
    text: '{}',
  },
});
const foreign = (offset: number): ReadRecord => ({ offset: String(offset), unreadable: 'it has no key' });

type Answer = Partial<AppliedRun> | Error;
type Told = { runs: number[][]; resolved: string[]; said: unknown[]; beats: number };

/** Takes in one batch with a projection that gives these answers, then takes everything. */
async function take(
  records: readonly ReadRecord[],
  answers: Answer[],
  { position = 0, beat = (): void => undefined, abandonAfter = Infinity } = {},
) {
  const told: Told = { runs: [], resolved: [], said: [], beats: 0 };
  const cursor = { position };
  const batch: Batch = {
    partition: 3,
    records,
    heartbeat: () => {
      told.beats += 1;
      return Promise.resolve().then(beat);
    },
    resolve: (offset) => void told.resolved.push(offset),
    abandoned: () => told.runs.length >= abandonAfter,
  };
  const taker: BatchTaker = {
    projection: {
      apply: (_partition: number, events: readonly PublishedEvent[]) => {
        told.runs.push(events.map((one) => one.position));
        const answer = answers.shift() ?? {};
        if (answer instanceof Error) return Promise.reject(answer);
        const last = events.at(-1) ?? null;
        return Promise.resolve({
          last,
          events: events.length,
          documents: events.length,
          skippedEvents: 0,
          repairedGaps: 0,
          missedEvents: 0,
          lostRaces: 0,
          parked: [],
          unknown: null,
          ...answer,
        });
      },
    },
    on: {
      applied: (_partition, { redelivered }) => void told.said.push({ redelivered }),
      unreadable: (_partition, found) => void told.said.push(found),
      waiting: (_partition, error, attempt) => void told.said.push([attempt, (error as Error).message]),
    },
    signal: new AbortController().signal,
    seconds: () => 0,
  };
  const unknown = await takeBatch(batch, cursor, taker);
  return { ...told, unknown, position: cursor.position };
}

test('design §8 · a batch: the run, then its offset, then a heartbeat', async () => {
  const { runs, resolved, beats, position } = await take([event(1), event(2)], []);
  expect({ runs, resolved, beats, position }).toEqual({
    runs: [[1, 2]],
    resolved: ['102'],
    beats: 1,
    position: 2,
  });
});

test('a long batch goes in chunks, each with its offset and its heartbeat', async () => {
  const records = Array.from({ length: 2500 }, (_, i) => event(i + 1));
  const { runs, resolved, beats } = await take(records, []);
  expect(runs.map((run) => run.length)).toEqual([1000, 1000, 500]);
  expect(resolved).toEqual(['1100', '2100', '2600']);
  expect(beats).toBe(3);
});

test('design §8 · redelivered events are counted, and left to the projection', async () => {
  const { said, runs } = await take([event(1), event(2), event(3)], [], { position: 2 });
  expect(said).toEqual([{ redelivered: 2 }]);
  expect(runs).toEqual([[1, 2, 3]]);
});

test('design §8 · what cannot be reached is tried again, and said each time', async () => {
  const { runs, resolved, said } = await take([event(1)], [new Error('away'), new Error('still away')]);
  expect(runs).toEqual([[1], [1], [1]]);
  expect(said).toEqual([[1, 'away'], [2, 'still away'], { redelivered: 0 }]);
  expect(resolved).toEqual(['101']);
});

test('design §8 · a rebalance in the middle of a batch ends it where it is', async () => {
  let beats = 0;
  const beat = () => {
    beats += 1;
    if (beats === 2) throw new Error('rebalancing');
  };
  const records = Array.from({ length: 2500 }, (_, i) => event(i + 1));
  await expect(take(records, [], { beat })).rejects.toThrow('rebalancing');
  expect(beats).toBe(2);
});

test('design §8 · a rebalance ends the wait for the database, too', async () => {
  const beat = () => {
    throw new Error('rebalancing');
  };
  await expect(take([event(1)], [new Error('away')], { beat })).rejects.toThrow('rebalancing');
});

test('a batch that is not ours any more ends after the run under way; its offset counts when the run was whole', async () => {
  const records = Array.from({ length: 2500 }, (_, i) => event(i + 1));
  const whole = await take(records, [], { abandonAfter: 2 });
  expect([whole.runs.length, whole.resolved, whole.beats]).toEqual([2, ['1100', '2100'], 1]);
  const failed = await take(records, [{}, new Error('away')], { abandonAfter: 2 });
  expect([failed.runs.length, failed.resolved, failed.said]).toEqual([2, ['1100'], [{ redelivered: 0 }]]);
});

test('design §3 · an event of a later release ends the batch before it', async () => {
  const unknown = { position: 2, reason: 'ClientMerged is not known' };
  const taken = await take(
    [event(1), event(2), event(3)],
    [{ last: { position: 1, offset: '101' }, unknown }],
  );
  expect(taken.unknown).toEqual(unknown);
  expect(taken.resolved).toEqual(['101']);
  expect(taken.position).toBe(1);
  const first = await take([event(2)], [{ last: null, unknown }], { position: 1 });
  expect([first.resolved, first.position]).toEqual([[], 1]);
});

test('records that are none of ours are said once a chunk and passed over, never the events among them', async () => {
  const { runs, said, resolved } = await take([foreign(7), event(1), foreign(8)], []);
  expect(runs).toEqual([[1]]);
  expect(said).toEqual([{ records: 2, offset: '7', reason: 'it has no key' }, { redelivered: 0 }]);
  expect(resolved).toEqual(['8']);
  const nothing = await take([foreign(7)], []);
  expect([nothing.runs, nothing.resolved]).toEqual([[], ['7']]);
});
