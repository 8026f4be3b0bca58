import { afterEach, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PublisherState } from './publisher.js';
import {
  backoffMs,
  type PublisherLoopOptions,
  PublisherLoop,
  type PublishingSession,
} from './publisher-loop.js';
import { Turn } from './turn.js';

class Damage extends Error {}

/** A loop whose sessions do what the test says, always with the turn. */
function loopOf(options: {
  open?: PublisherLoopOptions['open'];
  step?: PublishingSession['step'];
  close?: () => Promise<void>;
}) {
  const said: (PublisherState | { failed: string })[] = [];
  const calls = { opened: 0, closed: 0, released: 0, disposed: 0 };
  const store = {
    read: async () => null,
    take: async () => true,
    beat: async () => true,
    release: async () => void (calls.released += 1),
  };
  const loop = new PublisherLoop({
    instance: 'one',
    turn: new Turn(store, 'one'),
    on: { changed: (state) => said.push(state), failed: (failed) => said.push({ failed }) },
    async open(figures) {
      calls.opened += 1;
      if (options.open !== undefined) return options.open(figures);
      const session: PublishingSession = {
        step: options.step ?? (async () => 0),
        async close() {
          calls.closed += 1;
          await options.close?.();
        },
      };
      return session;
    },
    observe: async () => ({ position: 3, head: 10 }),
    final: (error) => error instanceof Damage,
    dispose: async () => void (calls.disposed += 1),
  });
  return { loop, said, calls };
}
const untilAborted = (signal: AbortSignal) =>
  new Promise<number>((resolve) =>
    signal.aborted ? resolve(0) : signal.addEventListener('abort', () => resolve(0), { once: true }),
  );
const until = async (holds: () => boolean) => {
  for (let i = 0; !holds() && i < 2_000; i++) await sleep(1);
  expect(holds()).toBe(true);
};

describe('publisher loop', () => {
  const open: PublisherLoop[] = [];
  const loopFor = (options: Parameters<typeof loopOf>[0]) => {
    const made = loopOf(options);
    open.push(made.loop);
    return made;
  };
  afterEach(() => Promise.all(open.splice(0).map((loop) => loop.close())));

  test('design §8 · a failure is said, the turn is handed over, and it is tried again until it works', async () => {
    let steps = 0;
    const { loop, said, calls } = loopFor({
      async step(signal) {
        if (++steps < 4) throw new Error(`outage ${steps}`);
        return steps === 4 ? 5 : untilAborted(signal);
      },
    });
    await until(() => steps === 5);
    expect(said).toEqual([
      'publishing',
      { failed: 'outage 1' },
      'waiting',
      { failed: 'outage 2' },
      { failed: 'outage 3' },
      'publishing',
    ]);
    expect(calls).toMatchObject({ opened: 4, closed: 3, released: 3 });
    expect(loop.status()).toMatchObject({ state: 'publishing', lastError: null });
  });

  test('design §8 · a failure is over when it works again, also with nothing to publish', async () => {
    let opened = 0;
    const { loop, said } = loopFor({
      async open() {
        if (++opened === 1) throw new Error('Kafka does not answer');
        return { step: untilAborted, close: async () => undefined };
      },
    });
    await until(() => loop.status().state === 'publishing');
    expect(said).toEqual([{ failed: 'Kafka does not answer' }, 'waiting', 'publishing']);
    expect(loop.status().lastError).toBeNull();
  });

  test('design §8 · while it waits, the lag can be seen', async () => {
    const { loop } = loopFor({ open: () => Promise.reject(new Error('Kafka does not answer')) });
    await until(() => loop.status().head === 10);
    expect(loop.status()).toMatchObject({
      state: 'waiting',
      position: 3,
      head: 10,
      lag: 7,
      lastError: 'Kafka does not answer',
    });
  });

  test('design §8 · what no retry can mend stops it, with its sentence', async () => {
    const { loop, said, calls } = loopFor({ step: () => Promise.reject(new Damage('a gap')) });
    await until(() => calls.disposed === 1);
    expect(loop.status()).toMatchObject({ state: 'stopped', lastError: 'a gap' });
    expect(said).toEqual(['publishing', { failed: 'a gap' }, 'stopped']);
  });

  test('design §7 · closing finishes the step, closes the session and hands the turn over', async () => {
    let finished = false;
    const { loop, calls } = loopFor({
      async step(signal) {
        await untilAborted(signal);
        await sleep(20);
        finished = true;
        return 1;
      },
    });
    await until(() => calls.opened === 1);
    await loop.close();
    expect(finished).toBe(true);
    expect(calls).toEqual({ opened: 1, closed: 1, released: 1, disposed: 1 });
    expect(loop.status().state).toBe('stopped');
    await loop.close();
  });

  test.each<[string, Parameters<typeof loopOf>[0]]>([
    ['a send', { step: () => new Promise(() => undefined) }],
    ['its beginning', { open: () => new Promise(() => undefined) }],
    ['storing the position', { step: untilAborted, close: () => new Promise(() => undefined) }],
  ])('design §7 · closing gives up %s that hangs, and hands the turn over', async (_what, hangs) => {
    const { loop, calls } = loopFor(hangs);
    await until(() => calls.opened === 1);
    const began = performance.now();
    await Promise.all([loop.close(), loop.close()]);
    expect(performance.now() - began).toBeLessThan(3_500);
    expect(calls.released).toBe(1);
    expect(loop.status()).toMatchObject({
      state: 'stopped',
      lastError: expect.stringMatching(/^closed before/),
    });
  });

  test('design §7 · closing ends a rest between two tries', async () => {
    const { loop } = loopFor({ open: () => Promise.reject(new Error('no')) });
    await sleep(400);
    const began = performance.now();
    await loop.close();
    expect(performance.now() - began).toBeLessThan(200);
  });

  test.each([
    [1, 50],
    [2, 100],
    [7, 3_200],
    [8, 5_000],
    [10_000, 5_000],
  ])('design §8 · after %i failures in a row it rests about %i ms', (failures, ms) => {
    expect(backoffMs(failures)).toBe(ms);
  });
});
