import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { streamIdOf, streamKeyOf } from './stream-key.js';

test.each([
  ['client-AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAA'],
  ['AAAAAAAAAAAAAAAAAAAAAA', '.AAAAAAAAAAAAAAAAAAAAAA'],
  ['client-AAAAAAAAAAAAAAAAAAAAA', '.client-AAAAAAAAAAAAAAAAAAAAA'],
  ['client-AAAAAAAAAAAAAAAAAAAAA.', '.client-AAAAAAAAAAAAAAAAAAAAA.'],
  ['system', '.system'],
])('§4 · %s is kept as %s', (streamId, streamKey) => {
  expect(streamKeyOf(streamId)).toBe(streamKey);
});

test('§4 · every streamId is read back as it was', () => {
  const streamId = fc.oneof(fc.string(), fc.stringMatching(/^(client-)?[A-Za-z0-9_-]{20,23}$/));
  fc.assert(fc.property(streamId, (id) => streamIdOf(streamKeyOf(id)) === id));
});
