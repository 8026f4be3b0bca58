import { expect, test } from '@jest/globals';
import { sayError } from './say-error.js';

test.each<[string, unknown, string]>([
  ['its message', new Error('no primary'), 'no primary'],
  ['one line', new Error('first\n  second'), 'first second'],
  [
    'no credentials of an URL',
    new Error('Invalid connection string "mongodb://user:pass@db:27017/"'),
    'Invalid connection string "mongodb://…@db:27017/"',
  ],
  ['whatever was thrown', 'text', 'text'],
])('design §8 · an error is said: %s', (_, error, said) => {
  expect(sayError(error)).toBe(said);
});
