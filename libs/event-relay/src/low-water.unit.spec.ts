import { array, assert, integer, property, record } from 'fast-check';
import { lowWaterMark } from './low-water.js';

const CASES: [
  name: string,
  published: { position: number; partitions: number[] },
  checkpoints: number[],
  mark: number,
][] = [
  ['nothing published', { position: 0, partitions: [] }, [], 0],
  ['nothing taken in', { position: 3, partitions: [3, 2] }, [0, 0], 0],
  ['one partition behind', { position: 9, partitions: [9, 7] }, [9, 4], 4],
  ['everything taken in', { position: 9, partitions: [9, 7] }, [9, 7], 9],
  ['a partition without events lacks nothing', { position: 9, partitions: [9, 0] }, [9, 0], 9],
  ['a projector ahead of what the publisher has noted', { position: 9, partitions: [9, 7] }, [12, 11], 9],
  ['a checkpoint that is missing', { position: 9, partitions: [9, 7] }, [9], 0],
];
test.each(CASES)('design §8 · low-water mark: %s', (_name, published, checkpoints, mark) => {
  expect(lowWaterMark(published, new Map(checkpoints.entries()))).toBe(mark);
});

test('design §8 · every published event up to the mark is in the model, and it is the end when all are', () => {
  assert(
    property(
      array(record({ partition: integer({ min: 0, max: 3 }) }), { maxLength: 30 }),
      array(integer({ min: 0, max: 30 }), { minLength: 4, maxLength: 4 }),
      (events, taken) => {
        // The log: event i + 1 is on that partition. Each partition has taken in its first few events.
        const partitions = [0, 1, 2, 3].map((p) =>
          events.flatMap(({ partition }, i) => (partition === p ? [i + 1] : [])),
        );
        const published = {
          position: events.length,
          partitions: partitions.map((positions) => positions.at(-1) ?? 0),
        };
        const inModel = partitions.map((positions, p) => positions.slice(0, taken[p]));
        const mark = lowWaterMark(published, new Map(inModel.map((own, p) => [p, own.at(-1) ?? 0])));
        const there = new Set(inModel.flat());
        for (let position = 1; position <= mark; position++) expect(there.has(position)).toBe(true);
        if (there.size === events.length) expect(mark).toBe(events.length);
      },
    ),
  );
});
