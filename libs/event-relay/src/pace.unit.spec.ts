import { Pace } from './pace.js';

const never = new AbortController().signal;
/** Whether it resolves without waiting for a timer. */
const atOnce = (work: Promise<void>) =>
  Promise.race([work.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);

describe('pace', () => {
  test('design §7 · the first one begins at once, and so does one that comes late enough', async () => {
    let now = 1_000;
    const pace = new Pace(20, () => now);
    expect(await atOnce(pace.rest(never))).toBe(true);
    pace.begin();
    now += 20;
    expect(await atOnce(pace.rest(never))).toBe(true);
  });

  test('design §7 · one that would come too early waits for what is left', async () => {
    let now = 1_000;
    const pace = new Pace(60_000, () => now);
    pace.begin();
    now += 59_960;
    const began = performance.now();
    const rest = pace.rest(never);
    expect(await atOnce(rest)).toBe(false);
    await rest;
    expect(performance.now() - began).toBeGreaterThan(30);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  test('design §8 · the signal ends the wait at once', async () => {
    const pace = new Pace(60_000);
    pace.begin();
    const over = new AbortController();
    const rest = pace.rest(over.signal);
    expect(await atOnce(rest)).toBe(false);
    over.abort();
    await rest;
    expect(await atOnce(pace.rest(over.signal))).toBe(true);
  });
});
