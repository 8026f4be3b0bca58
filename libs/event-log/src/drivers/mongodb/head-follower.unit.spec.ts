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
