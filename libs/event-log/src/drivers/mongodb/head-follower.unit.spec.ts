import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadFollower } from './head-follower.js';

test('design §8 · who waits behind the end of a restored log waits until it grows, with pauses between two looks', async () => {
  let head = 100;
  let looks = 0;
  const clock = { now: () => performance.now(), pause: (ms: number) => sleep(ms) };
  const follower: HeadFollower = new HeadFollower(clock, async () => {
    looks += 1;
    if (head < 100) follower.lost(head); // as the tail says when it finds out
    return head;
  });
  follower.advance(100);
  head = 40;
  follower.lost(40);
  const signal = AbortSignal.timeout(5_000);
  const waiting = follower.wait(40, signal);
  await sleep(50);
  expect(looks).toBeLessThan(12);
  head = 41;
  expect(await waiting).toBe(41);
  expect(await follower.wait(40, signal)).toBe(41);
});

test('design §4 · what others append is looked for every 5 ms while there is work, and less and less often when there is none', async () => {
  let head = 0;
  let pauses: number[] = [];
  const clock = {
    now: () => performance.now(),
    pause: async (ms: number) => {
      pauses.push(ms);
      if (pauses.length === 12) head += 1;
    },
  };
  const follower = new HeadFollower(clock, async () => head);
  const { signal } = new AbortController();
  for (const position of [0, 1]) {
    pauses = [];
    expect(await follower.wait(position, signal)).toBe(position + 1);
    expect(pauses.slice(0, 3)).toEqual([5, 7.5, 11.25]);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(100);
  }
});

test('design §7 · what this process appends wakes at once, without a look', async () => {
  let looks = 0;
  const clock = { now: () => performance.now(), pause: () => new Promise<void>(() => undefined) };
  const follower = new HeadFollower(clock, async () => {
    looks += 1;
    return 0;
  });
  const waiting = follower.wait(0, new AbortController().signal);
  await new Promise(setImmediate);
  follower.advance(3);
  expect(await waiting).toBe(3);
  expect(looks).toBe(1); // the one before it waited
});
