import { expect, test } from '@jest/globals';
import { within } from './backoff.js';

test.each<[string, Promise<unknown>, boolean]>([
  ['work that ends', Promise.resolve(), true],
  ['work that hangs', new Promise(() => undefined), false],
])('design §8 · %s is waited for within bounds', async (_what, work, ended) => {
  expect(await within(20, work)).toBe(ended);
});

test('design §8 · a failure within the bounds is thrown', async () => {
  await expect(within(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});
