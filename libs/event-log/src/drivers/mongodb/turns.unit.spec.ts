import { expect, test } from '@jest/globals';
import { Turns } from './turns.js';

/** Times, in milliseconds, at which a process that appends every millisecond takes a break of 5 ms. */
function breaks(untilMs: number, meetsOthers: (now: number) => boolean): number[] {
  const turns = new Turns();
  const taken: number[] = [];
  for (let now = 0; now < untilMs; now++) {
    turns.working(now);
    if (!turns.isOver(now)) continue;
    taken.push(now);
    now += 4;
    turns.tookBreak(now, meetsOthers(now));
  }
  return taken;
}

test('§4 · a process that meets others pauses after every 50 ms of work', () => {
  const taken = breaks(1_000, () => true);
  expect(taken.length).toBeGreaterThanOrEqual(17);
  for (const [i, at] of taken.entries()) expect(at - (taken[i - 1] ?? 0)).toBeLessThanOrEqual(56);
});

test('§4 · a process that meets nobody pauses less and less, at last once a second', () => {
  const taken = breaks(10_000, () => false);
  expect(taken.length).toBeLessThanOrEqual(15);
  expect((taken.at(-1) ?? 0) - (taken.at(-2) ?? 0)).toBeLessThanOrEqual(1_010);
});

test('§4 · whom it meets again makes it pause often again, and a gap in the work is a pause', () => {
  const turns = new Turns();
  for (const now of [0, 100, 200, 300]) turns.tookBreak(now, false);
  turns.working(300);
  expect(turns.isOver(400)).toBe(false);
  turns.metOthers(400);
  expect(turns.isOver(401)).toBe(true);
  turns.working(410);
  expect(turns.isOver(411)).toBe(false);
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
