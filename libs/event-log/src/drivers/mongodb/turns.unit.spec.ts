import { expect, test } from '@jest/globals';
import { BREAK_MS, Turns } from './turns.js';

/** Times, in milliseconds, at which a process that appends every millisecond takes a break, meeting nobody. */
function breaks(untilMs: number): number[] {
  const turns = new Turns();
  const taken: number[] = [];
  for (let now = 0; now < untilMs; now++) {
    turns.working(now);
    if (!turns.isOver(now)) continue;
    taken.push(now);
    now += BREAK_MS - 1;
    turns.tookBreak(now, false);
  }
  return taken;
}

test('§4 · a process that meets nobody pauses less and less, at last once a second', () => {
  const taken = breaks(10_000);
  expect(taken.length).toBeLessThanOrEqual(15);
  expect((taken.at(-1) ?? 0) - (taken.at(-2) ?? 0)).toBeLessThanOrEqual(1_010);
});

test('§4 · whom it meets again makes it pause often again, and a gap in the work is a pause', () => {
  const turns = new Turns();
  for (const now of [0, 100, 200, 300]) turns.tookBreak(now, false);
  turns.working(300);
  expect(turns.isOver(400)).toBe(false);
  turns.metOthers(400);
  for (let now = 1_400; now < 1_450; now++) {
    turns.working(now);
    expect(turns.isOver(now)).toBe(false);
  }
  expect(turns.isOver(1_451)).toBe(true);
  turns.working(1_451 + BREAK_MS);
  expect(turns.isOver(1_452 + BREAK_MS)).toBe(false);
});

test('§4 · while others append it rests after each acknowledgement, and no longer', () => {
  const turns = new Turns();
  turns.working(0);
  expect(turns.isOver(0)).toBe(false);
  expect(turns.restMs(1)).toBe(0);
  turns.metOthers(100);
  expect([turns.isOver(200), turns.restMs(200), turns.restMs(202), turns.restMs(300)]).toEqual([
    false,
    BREAK_MS,
    BREAK_MS - 2,
    0,
  ]);
});

test('§4 · others that have appended are near for a second', () => {
  const turns = new Turns();
  expect(turns.areOthersNear(0)).toBe(false);
  turns.tookBreak(100, true);
  expect([turns.areOthersNear(1_099), turns.areOthersNear(1_100)]).toEqual([true, false]);
  turns.metOthers(2_000);
  turns.tookBreak(2_010, false);
  expect(turns.areOthersNear(2_020)).toBe(true);
});
