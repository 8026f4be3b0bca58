import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { StoredEvent } from '@rollbook/event-log';
import { partitionOf } from './partition.js';
import type { PublishedEvent } from './published-event.js';
import type { Checkpoint, CheckpointStore } from './published-positions.js';
import { LogBehindKafka, LogDiffersFromKafka, positionsAt, resume } from './resume.js';

const PARTITIONS = 2;
const logOf = (streams: readonly string[]) => {
  const events: StoredEvent[] = streams.map((streamId, i) => ({
    position: i + 1,
    streamId,
    streamVersion: 1,
    text: `text ${i + 1}`,
  }));
  return {
    events,
    head: async () => events.length,
    readAll: async ({ after, limit }: { after: number; limit: number }) => events.slice(after, after + limit),
  };
};
const storeOf = (stored: Checkpoint): CheckpointStore & { replaced: Checkpoint | null } => {
  const store = {
    replaced: null as Checkpoint | null,
    read: async () => stored,
    advance: async () => undefined,
    replace: async (checkpoint: Checkpoint) => void (store.replaced = checkpoint),
  };
  return store;
};
/** Streams on partitions 0 and 1. */
const [even, odd] = [0, 1].map((partition) =>
  ['a', 'b', 'c', 'd', 'e', 'f'].find((stream) => partitionOf(stream, PARTITIONS) === partition),
) as [string, string];
const log = logOf([even, odd, even, odd, even, odd]);
const onKafka = (position: number, change: Partial<PublishedEvent> = {}): PublishedEvent => ({
  partition: (position + 1) % 2,
  offset: '0',
  position,
  previousPosition: 0,
  streamId: log.events[position - 1]?.streamId ?? 'gone',
  streamVersion: 1,
  text: `text ${position}`,
  ...change,
});
const complete: Checkpoint = { position: 6, partitions: [5, 6], offsets: [2, 2] };
const NONE: Checkpoint = { position: 0, partitions: [], offsets: [] };

describe('resume', () => {
  test.each<
    [string, Checkpoint, readonly number[], readonly (PublishedEvent | null)[], Checkpoint, Checkpoint | null]
  >([
    [
      'nothing was ever published',
      NONE,
      [0, 0],
      [],
      { position: 0, partitions: [0, 0], offsets: [null, null] },
      null,
    ],
    ['all that is known is all there is', complete, [3, 3], [], complete, null],
    [
      'a publisher died before it stored its position',
      { position: 2, partitions: [1, 2], offsets: [0, 0] },
      [3, 2],
      [onKafka(5), onKafka(4)],
      { position: 2, partitions: [1, 2], offsets: [0, 0] },
      null,
    ],
    [
      'it died after the very first sends',
      NONE,
      [2, 0],
      [onKafka(3), null],
      { position: 0, partitions: [0, 0], offsets: [1, null] },
      null,
    ],
    [
      'a partition lost its end',
      complete,
      [2, 3],
      [onKafka(3), onKafka(6)],
      { position: 3, partitions: [3, 2], offsets: [1, 2] },
      { position: 3, partitions: [3, 2], offsets: [1, 2] },
    ],
    [
      'the topic was made anew',
      complete,
      [0, 0],
      [null, null],
      { position: 0, partitions: [0, 0], offsets: [null, null] },
      { position: 0, partitions: [0, 0], offsets: [null, null] },
    ],
    [
      'the checkpoint is of another number of partitions',
      { position: 6, partitions: [6], offsets: [2] },
      [3, 3],
      [onKafka(5), onKafka(6)],
      { position: 6, partitions: [5, 6], offsets: [2, 2] },
      { position: 6, partitions: [5, 6], offsets: [2, 2] },
    ],
  ])('design §8 · %s', async (_, stored, ends, newest, from, replaced) => {
    const store = storeOf(stored);
    const options = { log, store, partitions: PARTITIONS, ends, newestEvents: async () => newest };
    expect(await resume(options)).toEqual(from);
    expect(store.replaced).toEqual(replaced);
  });

  test.each<[string, readonly (PublishedEvent | null)[], new (...args: never[]) => Error, string]>([
    [
      'an event behind the end of the log',
      [onKafka(7), onKafka(6)],
      LogBehindKafka,
      'Kafka has the event at position 7, but the log ends at 6: the database was restored to an earlier state, recover it from Kafka',
    ],
    [
      'another text at a position',
      [onKafka(5, { text: 'other' }), null],
      LogDiffersFromKafka,
      'the event at position 5 is another one in the log than on Kafka (partition 0, offset 0): the log was restored and written to, or these topics belong to another log',
    ],
    [
      'another stream at a position',
      [null, onKafka(6, { streamId: 'other' })],
      LogDiffersFromKafka,
      'the event at position 6 is another one in the log than on Kafka (partition 1, offset 0): the log was restored and written to, or these topics belong to another log',
    ],
  ])('design §8 · nothing is published over Kafka that has %s', async (_, newest, refusal, says) => {
    const store = storeOf({ position: 2, partitions: [1, 2], offsets: [0, 0] });
    const resumed = resume({
      log,
      store,
      partitions: PARTITIONS,
      ends: [4, 4],
      newestEvents: async () => newest,
    });
    await expect(resumed).rejects.toBeInstanceOf(refusal);
    await expect(resumed).rejects.toThrow(says);
  });

  test('design §7 · the last positions at any position are found in the log', async () => {
    const cases = fc.record({
      streams: fc.array(fc.constantFrom(even, even, even, odd), { maxLength: 1_200 }),
      at: fc.nat(1_200),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ streams, at }) => {
        const position = Math.min(at, streams.length);
        const last = (stream: string) => streams.slice(0, position).lastIndexOf(stream) + 1;
        expect(await positionsAt(logOf(streams), position, PARTITIONS)).toEqual({
          position,
          partitions: [last(even), last(odd)],
        });
      }),
    );
  });
});
