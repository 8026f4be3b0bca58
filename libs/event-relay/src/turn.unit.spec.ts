import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StoredTurn, Turn, type TurnStore, TurnWatch } from './turn.js';

describe('TurnWatch', () => {
  test.each<[string, (readonly [now: number, turn: StoredTurn | null, free: boolean])[]]>([
    ['nobody ever had it', [[0, null, true]]],
    ['it was handed over', [[0, { holder: null, beats: 7 }, true]]],
    [
      'its holder is silent for the patience',
      [
        [0, { holder: 'a', beats: 1 }, false],
        [99, { holder: 'a', beats: 1 }, false],
        [100, { holder: 'a', beats: 1 }, true],
      ],
    ],
    [
      'not while its holder gives signs of life',
      [
        [0, { holder: 'a', beats: 1 }, false],
        [90, { holder: 'a', beats: 2 }, false],
        [180, { holder: 'a', beats: 3 }, false],
        [279, { holder: 'a', beats: 3 }, false],
        [280, { holder: 'a', beats: 3 }, true],
      ],
    ],
    [
      'not when another one was quicker',
      [
        [0, { holder: 'a', beats: 1 }, false],
        [100, { holder: 'b', beats: 1 }, false],
        [199, { holder: 'b', beats: 1 }, false],
        [200, { holder: 'b', beats: 1 }, true],
      ],
    ],
    ['not at the first look, however late that is', [[1_000_000, { holder: 'a', beats: 1 }, false]]],
  ])('design §7 · the turn may be taken: %s', (_, looks) => {
    const watch = new TurnWatch(100);
    for (const [now, turn, free] of looks) expect(watch.free(turn, now)).toBe(free);
  });
});

/** One turn in memory, with the same comparisons as the database. */
function memoryTurns(): TurnStore & { stored: StoredTurn | null; fail: Error | null } {
  const store = {
    stored: null as StoredTurn | null,
    fail: null as Error | null,
    async read() {
      if (store.fail !== null) throw store.fail;
      return store.stored === null ? null : { ...store.stored };
    },
    async take(seen: StoredTurn | null, holder: string) {
      if (store.stored?.holder !== seen?.holder || store.stored?.beats !== seen?.beats) return false;
      store.stored = { holder, beats: (seen?.beats ?? 0) + 1 };
      return true;
    },
    async beat(holder: string) {
      if (store.fail !== null) throw store.fail;
      if (store.stored?.holder !== holder) return false;
      store.stored.beats += 1;
      return true;
    },
    async release(holder: string) {
      if (store.stored?.holder === holder) store.stored = { holder: null, beats: store.stored.beats + 1 };
    },
  };
  return store;
}

describe('Turn', () => {
  const times = { beatMs: 10, patienceMs: 60, lookMs: 5 };
  const taking = (lost: (reason: unknown) => void = () => undefined) => ({
    rest: (ms: number) => sleep(ms),
    going: () => true,
    lost,
  });
  const until = async (holds: () => boolean) => {
    for (let i = 0; !holds() && i < 1_000; i++) await sleep(2);
    expect(holds()).toBe(true);
  };

  test('design §7 · one of many has the turn, and keeps it by giving signs of life', async () => {
    const store = memoryTurns();
    const turns = ['a', 'b', 'c'].map((holder) => new Turn(store, holder, times));
    let stopped = false;
    const options = { ...taking(), going: () => !stopped };
    const taken = turns.map((turn) => turn.take(options));
    await sleep(3 * times.patienceMs);
    expect(turns.filter((turn) => turn.held())).toHaveLength(1);
    stopped = true;
    expect((await Promise.all(taken)).filter(Boolean)).toHaveLength(1);
    await Promise.all(turns.map((turn) => turn.release()));
  });

  test('design §7 · a turn that is handed over is taken without waiting out the patience', async () => {
    const store = memoryTurns();
    const patient = { ...times, patienceMs: 60_000 };
    const [first, second] = [new Turn(store, 'a', patient), new Turn(store, 'b', patient)];
    await first.take(taking());
    const waiting = second.take(taking());
    await first.release();
    expect(first.held()).toBe(false);
    expect(await waiting).toBe(true);
    await second.release();
    expect(store.stored?.holder).toBeNull();
  });

  test('design §7 · who was taken over learns it, and cannot release what is not his', async () => {
    const store = memoryTurns();
    const turn = new Turn(store, 'a', times);
    const reasons: unknown[] = [];
    await turn.take(taking((reason) => reasons.push(reason)));
    store.stored = { holder: 'b', beats: 1 };
    await until(() => reasons.length > 0);
    expect(turn.held()).toBe(false);
    expect(reasons).toEqual([new Error('another process has taken the turn')]);
    await turn.release();
    expect(store.stored).toEqual({ holder: 'b', beats: 1 });
  });

  test('design §7 · a database that does not answer ends the turn when the patience is over, not before', async () => {
    const store = memoryTurns();
    const turn = new Turn(store, 'a', times);
    const reasons: unknown[] = [];
    await turn.take(taking((reason) => reasons.push(reason)));
    store.fail = new Error('no primary');
    await sleep(2 * times.beatMs);
    expect(turn.held()).toBe(true);
    await until(() => reasons.length > 0);
    expect(reasons).toEqual([new Error('no primary')]);
    expect(turn.held()).toBe(false);
  });

  test('design §7 · waiting ends when the process stops, or when the database does not answer', async () => {
    const store = memoryTurns();
    store.stored = { holder: 'b', beats: 1 };
    const turn = new Turn(store, 'a', { ...times, patienceMs: 60_000 });
    let looks = 0;
    expect(await turn.take({ ...taking(), going: () => ++looks < 3 })).toBe(false);
    store.fail = new Error('no primary');
    await expect(turn.take(taking())).rejects.toThrow('no primary');
  });
});
