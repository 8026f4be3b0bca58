import { expect, test } from '@jest/globals';
import { MongoServerError } from 'mongodb';
import { readFailure } from './failures.js';

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
