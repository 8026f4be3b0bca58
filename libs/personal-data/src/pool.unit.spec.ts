import { KeyStoreUnavailable } from './key-store.js';
import type { PersonalKey } from './personal.js';
import { KeyPool } from './pool.js';

const settled = () => new Promise<void>((done) => setImmediate(done));

/** A pool whose batches the test finishes by hand. */
function poolOf(size: number, batch?: number) {
  let made = 0;
  const orders: { count: number; succeed: () => Promise<void>; fail: () => Promise<void> }[] = [];
  const pool = new KeyPool(
    size,
    (count) =>
      new Promise<PersonalKey[]>((resolve, reject) => {
        orders.push({
          count,
          succeed: () => {
            resolve(
              Array.from({ length: count }, () => ({ kid: `kid-${(made += 1)}`, key: Buffer.alloc(32) })),
            );
            return settled();
          },
          fail: () => {
            reject(new Error('disk full'));
            return settled();
          },
        });
      }),
    batch,
  );
  return { pool, orders };
}
const take = (pool: KeyPool<PersonalKey>, count: number) =>
  Promise.all(Array.from({ length: count }, () => pool.take()));

describe('keys are made ahead of use', () => {
  test('the first batch fills the pool, the next is ordered when less than half is left', async () => {
    const { pool, orders } = poolOf(8);
    const ready = pool.refill();
    await orders[0]?.succeed();
    await ready;
    await take(pool, 4);
    expect(orders.map(({ count }) => count)).toEqual([8]);
    await take(pool, 2);
    expect(orders.map(({ count }) => count)).toEqual([8, 5]);
  });

  test('batches are no larger than allowed, and follow each other until half is there', async () => {
    const { pool, orders } = poolOf(8, 3);
    void pool.refill();
    await orders[0]?.succeed();
    await orders[1]?.succeed();
    expect(orders.map(({ count }) => count)).toEqual([3, 3]);
    await take(pool, 3);
    expect(orders.map(({ count }) => count)).toEqual([3, 3, 3]);
  });

  test('no key is given twice', async () => {
    const { pool, orders } = poolOf(4);
    const taken = take(pool, 10);
    for (const at of [0, 1, 2, 3]) await orders[at]?.succeed();
    const kids = (await taken).map(({ kid }) => kid);
    expect(new Set(kids).size).toBe(10);
  });

  test('callers that wait are served in turn, over as many batches as it takes', async () => {
    const { pool, orders } = poolOf(2);
    const served: number[] = [];
    const waits = [1, 2, 3].map((who) => pool.take().then(() => served.push(who)));
    await orders[0]?.succeed();
    expect(served).toEqual([1, 2]);
    await orders[1]?.succeed();
    await Promise.all(waits);
    expect(served).toEqual([1, 2, 3]);
  });
});

describe('design §8 · disk full', () => {
  test('those who wait are refused, with the cause; the next caller tries again', async () => {
    const { pool, orders } = poolOf(2);
    const refused = Promise.allSettled([pool.take(), pool.take()]);
    await orders[0]?.fail();
    for (const outcome of await refused) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(KeyStoreUnavailable) });
      expect(outcome).toMatchObject({ reason: { retryAfterSeconds: 1, cause: { message: 'disk full' } } });
    }
    const taken = pool.take();
    await orders[1]?.succeed();
    expect(await taken).toMatchObject({ kid: 'kid-2' });
  });

  test('keys that are ready are still given', async () => {
    const { pool, orders } = poolOf(4);
    const ready = pool.refill();
    await orders[0]?.succeed();
    await ready;
    await take(pool, 3);
    await orders[1]?.fail();
    expect(await pool.take()).toMatchObject({ kid: 'kid-1' });
  });

  test('more callers than can be served in time are refused at once', async () => {
    const { pool, orders } = poolOf(1);
    const waiting = Promise.allSettled(Array.from({ length: 10_000 }, () => pool.take()));
    await expect(pool.take()).rejects.toBeInstanceOf(KeyStoreUnavailable);
    await orders[0]?.fail();
    expect((await waiting).every(({ status }) => status === 'rejected')).toBe(true);
  });
});

test('close refuses those who wait and those who come, and orders nothing more', async () => {
  const { pool, orders } = poolOf(2);
  const waiting = expect(pool.take()).rejects.toBeInstanceOf(KeyStoreUnavailable);
  pool.close();
  await waiting;
  await expect(pool.take()).rejects.toBeInstanceOf(KeyStoreUnavailable);
  await orders[0]?.succeed();
  expect(orders).toHaveLength(1);
});
