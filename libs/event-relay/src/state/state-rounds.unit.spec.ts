import { NO_PROGRESS, type StateBatch } from './state-batches.js';
import { stateRounds } from './state-rounds.js';

const batch = (partition: number, events: number, octets = 1): StateBatch => ({
  partition,
  messages: [],
  octets,
  progress: NO_PROGRESS,
  events,
  repeats: 0,
  repaired: 0,
});
const named = (round: readonly StateBatch[]) =>
  round.map(({ partition, events }) => `${partition}.${events}`);

/** The batches of one partition, named by their place; `asked` is told of each when it is made. */
async function* batchesOf(
  number: number,
  { batches, octets = 1, fails }: { batches: number; octets?: number; fails?: Error },
  asked: string[] = [],
): AsyncGenerator<StateBatch, void> {
  for (let place = 1; place <= batches; place++) {
    asked.push(`${number}.${place}`);
    yield batch(number, place, octets);
  }
  if (fails !== undefined) throw fails;
}

describe('stateRounds', () => {
  test('design §7 · the next batch of each partition goes into one transaction, in the order of the partition', async () => {
    const rounds = await Array.fromAsync(
      stateRounds([
        batchesOf(0, { batches: 1 }),
        batchesOf(1, { batches: 3 }),
        batchesOf(2, { batches: 0 }),
        batchesOf(3, { batches: 2 }),
      ]),
    );
    expect(rounds.map(named)).toEqual([['0.1', '1.1', '3.1'], ['1.2', '3.2'], ['1.3']]);
  });

  test('design §7 · a transaction has no more octets than it may, except in one batch', async () => {
    const three = [5, 6, 25].map((octets, at) => batchesOf(at, { batches: 2, octets }));
    const rounds = await Array.fromAsync(stateRounds(three, 11));
    expect(rounds.map(named)).toEqual([['0.1', '1.1'], ['2.1'], ['0.2', '1.2'], ['2.2']]);
  });

  test('design §8 · memory: a batch is made when its transaction is asked for', async () => {
    const asked: string[] = [];
    const rounds = stateRounds([batchesOf(0, { batches: 9 }, asked), batchesOf(1, { batches: 9 }, asked)]);
    expect(asked).toEqual([]);
    await rounds.next();
    expect(asked).toEqual(['0.1', '1.1']);
    await rounds.next();
    expect(asked).toEqual(['0.1', '1.1', '0.2', '1.2']);
  });

  test('design §8 · a partition that fails does so after what the others have', async () => {
    const fails = new Error('the log has no such version');
    const rounds = stateRounds([batchesOf(0, { batches: 1, fails }), batchesOf(1, { batches: 5 })]);
    expect(named((await rounds.next()).value ?? [])).toEqual(['0.1', '1.1']);
    expect(named((await rounds.next()).value ?? [])).toEqual(['1.2']);
    await expect(rounds.next()).rejects.toBe(fails);
  });

  test('design §7 · no partitions are no transactions', async () => {
    expect(await Array.fromAsync(stateRounds([]))).toEqual([]);
  });
});
