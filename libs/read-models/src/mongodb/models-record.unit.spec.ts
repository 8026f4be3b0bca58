import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import {
  failRebuild,
  firstRecord,
  forget,
  generationIn,
  type ModelsRecord,
  overdue,
  proceed,
  requestRebuild,
  stopFollowing,
  switchOver,
  takeOver,
  type Transition,
} from './models-record.js';

const at = (seconds: number) => new Date(1_793_000_000_000 + seconds * 1000).toISOString();
const run = (record: ModelsRecord, ...transitions: Transition[]): ModelsRecord =>
  transitions.reduce((current, transition) => transition(current) ?? current, record);
const rebuilding = run(firstRecord(at(0)), requestRebuild('asked for', 9, at(1)));
const mine = { holder: 'me', generation: 2 };
const held = run(rebuilding, takeOver('me', null));

test('design §8 · a rebuild adds a generation and changes nothing that readers use', () => {
  expect(rebuilding.generations).toMatchObject([
    { generation: 1, state: 'live' },
    { generation: 2, state: 'building' },
  ]);
  expect(rebuilding.rebuild).toMatchObject({ state: 'folding', reason: 'asked for', head: 9 });
  expect(() => requestRebuild('again', 9, at(2))(rebuilding)).toThrow('running already');
});

test('design §8 · the switch changes what readers use, in one change', () => {
  const switched = run(held, proceed(mine, { differences: 3 }), switchOver(mine, at(5)));
  expect(generationIn(switched, 'live')).toMatchObject({ generation: 2, since: at(5) });
  expect(switched.generations[0]).toMatchObject({ generation: 1, state: 'retired', since: at(5) });
  expect(switched).toMatchObject({
    rebuild: null,
    rebuilt: { reason: 'asked for', differences: 3, finishedAt: at(5) },
  });
});

test('design §8 · a failed rebuild leaves the live model, and the next one takes a number of its own', () => {
  const failed = run(held, failRebuild(mine, 'two folds differ', at(5)));
  expect(generationIn(failed, 'live')).toMatchObject({ generation: 1 });
  expect(failed.rebuild).toMatchObject({ state: 'failed', error: 'two folds differ' });
  expect(overdue(failed, 'dropping', 0, at(5))).toEqual([2]);
  const again = run(failed, requestRebuild('asked for', 9, at(6)));
  expect(generationIn(again, 'building')).toMatchObject({ generation: 3 });
});

const REFUSED: [name: string, record: ModelsRecord, transition: Transition][] = [
  ['taking over from one that has moved', held, takeOver('other', { holder: 'me', beat: 0 })],
  ['taking over from nobody when somebody has it', held, takeOver('other', null)],
  ['taking over when there is no rebuild', firstRecord(at(0)), takeOver('me', null)],
  ['a switch by one that was replaced', held, switchOver({ holder: 'other', generation: 2 }, at(5))],
  ['a switch of an earlier rebuild', held, switchOver({ holder: 'me', generation: 1 }, at(5))],
  ['progress of one that was replaced', held, proceed({ holder: 'other', generation: 2 }, {})],
  ['a failure after the failure', run(held, failRebuild(mine, 'x', at(5))), failRebuild(mine, 'y', at(6))],
  ['a live generation is not retired by time', held, stopFollowing([1, 2], at(99))],
  ['only what is dropping is forgotten', held, forget([1, 2])],
];
test.each(REFUSED)('design §8 · nothing comes of: %s', (_name, record, transition) => {
  expect(transition(record)).toBeNull();
});

test('design §8 · a replaced generation is followed for a while, then dropped, then forgotten', () => {
  const switched = run(held, switchOver(mine, at(5)));
  expect(overdue(switched, 'retired', 60_000, at(64))).toEqual([]);
  expect(overdue(switched, 'retired', 60_000, at(65))).toEqual([1]);
  const dropping = run(switched, stopFollowing([1], at(65)));
  expect(dropping.generations[0]).toMatchObject({ state: 'dropping', since: at(65) });
  expect(run(dropping, forget([1])).generations).toMatchObject([{ generation: 2, state: 'live' }]);
});

test('design §8 · whatever happens, exactly one generation is live, at most one is built, numbers only grow', () => {
  const holder = constantFrom('one', 'two');
  const step = tuple(constantFrom('request', 'take', 'proceed', 'switch', 'fail', 'stop', 'forget'), holder);
  assert(
    property(array(tuple(step, integer({ min: 0, max: 3 })), { maxLength: 60 }), (steps) => {
      let record = firstRecord(at(0));
      for (const [[kind, who], back] of steps) {
        const coordination = { holder: who, generation: record.newest - (back === 0 ? 1 : 0) };
        const generations = record.generations.map(({ generation }) => generation);
        const transitions: { [name: string]: () => Transition } = {
          request: () => requestRebuild('x', 0, at(1)),
          take: () => takeOver(who, back === 0 ? null : (record.rebuild?.coordinator ?? null)),
          proceed: () => proceed(coordination, {}),
          switch: () => switchOver(coordination, at(1)),
          fail: () => failRebuild(coordination, 'x', at(1)),
          stop: () => stopFollowing(generations, at(1)),
          forget: () => forget(generations),
        };
        let next: ModelsRecord | null = null;
        try {
          next = transitions[kind]?.()(record) ?? null;
        } catch (error) {
          expect(error).toMatchObject({ name: 'RebuildRunning' });
        }
        const before = record;
        record = next ?? record;
        const states = record.generations.map(({ state }) => state);
        expect(states.filter((state) => state === 'live')).toHaveLength(1);
        expect(states.filter((state) => state === 'building').length).toBeLessThanOrEqual(1);
        expect(record.newest).toBeGreaterThanOrEqual(before.newest);
        expect(new Set(generations).size).toBe(generations.length);
        expect(states.includes('building')).toBe(
          record.rebuild !== null && record.rebuild.state !== 'failed',
        );
      }
    }),
  );
});
