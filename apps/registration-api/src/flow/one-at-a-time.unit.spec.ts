import { setTimeout as pause } from 'node:timers/promises';
import { OneAtATime } from './one-at-a-time.js';

test('work for one key is done in order, one at a time, whatever fails; others do not wait; nothing is left', async () => {
  const turns = new OneAtATime();
  const steps: string[] = [];
  const work = (name: string, ms: number, fails = false) =>
    turns.run(name.slice(0, 1), async () => {
      steps.push(`${name} begins`);
      await pause(ms);
      steps.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const all = await Promise.allSettled([work('a1', 30), work('a2', 1, true), work('a3', 1), work('b1', 1)]);
  expect(all.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
    'a1',
    'Error: a2',
    'a3',
    'b1',
  ]);
  expect(steps.filter((step) => step.startsWith('a'))).toEqual([
    'a1 begins',
    'a1 ends',
    'a2 begins',
    'a2 ends',
    'a3 begins',
    'a3 ends',
  ]);
  expect(steps.indexOf('b1 ends')).toBeLessThan(steps.indexOf('a1 ends'));
  expect(turns.size).toBe(0);
});
