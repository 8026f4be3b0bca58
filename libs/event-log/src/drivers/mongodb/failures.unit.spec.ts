import { expect, test } from '@jest/globals';
import { MongoServerError } from 'mongodb';
import { failureOf, readFailure } from './failures.js';

test.each([
  [18, 'AuthenticationFailed', { code: 18, message: 'error 18 (AuthenticationFailed)' }],
  [13, 'Unauthorized', { code: 13, message: 'error 13 (Unauthorized)' }],
  [11_000, 'DuplicateKey', undefined],
])(
  'design §8 · error %i of MongoDB: refused credentials can be told from an outage',
  (code, codeName, cause) => {
    const failure = readFailure(
      new MongoServerError({ code, codeName, message: 'quotes {a: 1}' }),
      'reading',
    );
    expect(failure).toMatchObject({ name: 'LogUnavailable', reason: 'storage' });
    const { cause: given } = failure as Error;
    if (cause === undefined) expect(given).toBeUndefined();
    else expect(given).toMatchObject(cause);
    expect((failure as Error).message).not.toContain('quotes');
  },
);

test('design §8 · a connection that breaks while a request is written to it is an outage, not a defect', () => {
  const broken = Object.assign(new Error('write ECONNRESET'), {
    code: 'ECONNRESET',
    errno: -104,
    syscall: 'write',
  });
  expect(failureOf(broken)).toEqual({ because: 'connection: ECONNRESET', full: false });
  expect(readFailure(broken, 'reading')).toMatchObject({
    name: 'LogUnavailable',
    reason: 'storage',
    message: 'MongoDB: reading: connection: ECONNRESET',
  });
  const defect = new TypeError('of ours');
  expect(readFailure(defect, 'reading')).toBe(defect);
});
