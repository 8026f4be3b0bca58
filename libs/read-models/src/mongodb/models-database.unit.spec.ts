import { describe, expect, test } from '@jest/globals';
import { reachable } from './models-database.js';

describe('design §8 · an outage of the database is told from a defect', () => {
  test.each([
    ['an error of the driver', Object.assign(new Error('no answer'), { name: 'MongoNetworkTimeoutError' })],
    [
      'a connection that breaks while a request is written to it',
      Object.assign(new Error('write ECONNRESET'), { code: 'ECONNRESET', syscall: 'write' }),
    ],
  ])('%s: the read models are unavailable', async (_, error) => {
    await expect(reachable(() => Promise.reject(error))).rejects.toMatchObject({
      name: 'ReadModelsUnavailable',
    });
  });

  test('anything else stays what it is', async () => {
    const defect = new TypeError('of ours');
    await expect(reachable(() => Promise.reject(defect))).rejects.toBe(defect);
  });
});
