import { openPatiently } from '@rollbook/platform';

class Outage extends Error {}
const isOutage = (error: unknown) => error instanceof Outage;

/** Fails so many times, then opens. */
const opensAfter = (failures: number) => {
  let tries = 0;
  return async () => {
    tries += 1;
    if (tries <= failures) throw new Outage(`try ${tries}`);
    return tries;
  };
};

test('design §12 · a start waits for what does not answer yet, and says so now and then', async () => {
  const said: unknown[] = [];
  const opened = await openPatiently(opensAfter(31), isOutage, (error) => said.push(error), 0);
  expect(opened).toBe(32);
  expect(said).toEqual([new Outage('try 1'), new Outage('try 31')]);
});

test('what is no outage ends the start', async () => {
  const open = () => Promise.reject(new TypeError('a defect'));
  await expect(openPatiently(open, isOutage, () => undefined, 0)).rejects.toThrow(TypeError);
});
