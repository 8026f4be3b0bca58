import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { PublishedEvent } from '../published-event.js';
import { PositionMerge } from './position-merge.js';

const at = (partition: number, position: number): PublishedEvent => ({
  partition,
  offset: '0',
  position,
  previousPosition: 0,
  streamId: 'client-a',
  streamVersion: position,
  text: `{"at":${position}}`,
});
const positionsOf = (events: readonly PublishedEvent[]) => events.map(({ position }) => position);

describe('PositionMerge', () => {
  test('design §8 · whatever the partitions, the repeats and the order of arrival, all comes out once and in order', () => {
    const cases = fc.record({
      homes: fc.array(fc.nat(3), { maxLength: 60 }),
      repeats: fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { maxLength: 10 }),
      arrivals: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 })), { maxLength: 60 }),
    });
    fc.assert(
      fc.property(cases, ({ homes, repeats, arrivals }) => {
        const lanes: PublishedEvent[][] = [[], [], [], []];
        homes.forEach((home, i) => lanes[home]?.push(at(home, i + 1)));
        // a repeat lies anywhere behind the first occurrence
        for (const [which, behind] of repeats) {
          const lane = lanes[which % 4] ?? [];
          const first = which % (lane.length + 1);
          const event = lane[first];
          if (event !== undefined) lane.splice(first + 1 + (behind % (lane.length - first)), 0, event);
        }
        const merge = new PositionMerge(4);
        const out: number[] = [];
        const feed = (lane: number, count: number) => {
          merge.add(lane, lanes[lane]?.splice(0, count) ?? []);
          out.push(...positionsOf(merge.take()));
        };
        for (const [lane, count] of arrivals) feed(lane, count);
        for (const lane of [0, 1, 2, 3]) {
          feed(lane, 1_000);
          merge.end(lane);
        }
        expect(out).toEqual(homes.map((_, i) => i + 1));
        expect(merge.outlook()).toBe('complete');
        expect([0, 1, 2, 3].map((lane) => merge.waiting(lane))).toEqual([0, 0, 0, 0]);
      }),
    );
  });

  test('design §8 · a position that is nowhere is named, as soon as no partition can still have it', () => {
    const merge = new PositionMerge(2);
    merge.add(0, [at(0, 1), at(0, 4)]);
    expect(positionsOf(merge.take())).toEqual([1]);
    expect(merge.outlook()).toBe('more');
    merge.add(1, [at(1, 2), at(1, 5)]);
    expect(positionsOf(merge.take())).toEqual([2]);
    expect(merge.outlook()).toEqual({ missing: 3, found: 4 });
  });

  test('design §8 · an empty partition that has not ended may still have what is missing', () => {
    const merge = new PositionMerge(2);
    merge.add(0, [at(0, 2)]);
    expect(positionsOf(merge.take())).toEqual([]);
    expect(merge.outlook()).toBe('more');
    merge.end(1);
    expect(merge.outlook()).toEqual({ missing: 1, found: 2 });
  });

  test('design §8 · what came since the last take is not missing', () => {
    const merge = new PositionMerge(1);
    expect(merge.take()).toEqual([]);
    merge.add(0, [at(0, 1)]);
    merge.end(0);
    expect(merge.outlook()).toBe('more');
    expect(positionsOf(merge.take())).toEqual([1]);
    expect(merge.outlook()).toBe('complete');
  });

  test('design §8 · nothing at all is complete', () => {
    const merge = new PositionMerge(1);
    merge.end(0);
    expect(merge.take()).toEqual([]);
    expect(merge.outlook()).toBe('complete');
    expect(() => merge.end(1)).toThrow(RangeError);
  });
});
