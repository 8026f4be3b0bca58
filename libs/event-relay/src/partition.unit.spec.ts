import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOf } from './partition.js';

const partitionMetadata = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

describe('partitionOf', () => {
  test('design §7 · every key goes where the default partitioner of Kafka clients puts it', () => {
    const partitioner = Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.integer({ min: 1, max: 64 }),
        (key, partitions) => {
          const message = { key, value: null };
          expect(partitionOf(key, partitions)).toBe(
            partitioner({ topic: 'any', partitionMetadata: partitionMetadata(partitions), message }),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    // hashes of Kafka's own UtilsTest (murmur2), without the sign
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('design §7 · %s is hashed as in Java', (key, hash) => {
    const partitions = 1_000_003;
    expect(partitionOf(key, partitions)).toBe((hash & 0x7fffffff) % partitions);
  });
});
