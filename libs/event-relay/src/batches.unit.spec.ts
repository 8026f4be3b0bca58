import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { MAX_EVENT_OCTETS, type StoredEvent } from '@rollbook/event-log';
import { batchesOf, LogGap, MAX_BATCH_RECORDS, MAX_PARTITION_OCTETS, recordsOf } from './batches.js';
import { partitionOf } from './partition.js';
import { nothingPublished, positionsAfter } from './published-positions.js';

const PARTITIONS = 3;
const SOURCE = 'https://rollbook.example';
/** Kafka's limit for one record batch. */
const KAFKA_LIMIT = 1_048_588;

const textOf = (streamId: string, padding: string) =>
  JSON.stringify({
    eventId: '0190f3a2-7c11-7000-8000-000000000001',
    type: 'ClientUpdated',
    schemaVersion: 1,
    streamId,
    recordedAt: '2026-11-24T03:00:00.000Z',
    padding,
  });
/** A log of events with these streams and sizes of padding. */
const logOf = (events: readonly (readonly [stream: string, padding: number])[]): StoredEvent[] =>
  events.map(([stream, padding], i) => ({
    position: i + 1,
    streamId: stream,
    streamVersion: 1,
    text: textOf(stream, 'é'.repeat(padding)),
  }));
const recordsFrom = (log: readonly StoredEvent[], published = 0) => {
  const before = recordsOf(log.slice(0, published), nothingPublished(PARTITIONS), {
    partitions: PARTITIONS,
    source: SOURCE,
  });
  const from = positionsAfter(nothingPublished(PARTITIONS), before);
  return recordsOf(log.slice(published), from, { partitions: PARTITIONS, source: SOURCE });
};
const anyLog = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 0, max: 400 })), {
    maxLength: 80,
  })
  .map(logOf);

describe('records of a page', () => {
  test('design §7 · each names the previous event on its partition, wherever publishing resumed', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(80), (log, published) => {
        const last = new Map<number, number>();
        const previous = log.map(({ streamId, position }) => {
          const partition = partitionOf(streamId, PARTITIONS);
          const before = last.get(partition) ?? 0;
          last.set(partition, position);
          return String(before);
        });
        const records = recordsFrom(log, published);
        expect(records.map(({ headers }) => headers.ce_prevposition)).toEqual(previous.slice(published));
      }),
    );
  });

  test.each([
    ['an event is missing at the beginning', [2, 3], 0, 'after position 0 the log gave position 2'],
    ['an event is missing in between', [5, 6, 8], 4, 'after position 6 the log gave position 8'],
    ['an event comes again', [5, 5], 4, 'after position 5 the log gave position 5'],
  ])('design §7 · a page that is not dense is not published: %s', (_, positions, position, says) => {
    const page = positions.map((at) => ({
      position: at,
      streamId: 'a',
      streamVersion: at,
      text: textOf('a', ''),
    }));
    const from = { position, partitions: [0, 0, 0] };
    const records = () => recordsOf(page, from, { partitions: PARTITIONS, source: SOURCE });
    expect(records).toThrow(LogGap);
    expect(records).toThrow(says);
  });
});

describe('batchesOf', () => {
  test('design §7 · batches are the records in order, each within the limits and as long as these allow', () => {
    const limits = fc.record({
      records: fc.integer({ min: 1, max: 20 }),
      partitionOctets: fc.integer({ min: 1, max: 5_000 }),
    });
    fc.assert(
      fc.property(anyLog, limits, (log, limit) => {
        const records = recordsFrom(log);
        const batches = batchesOf(records, limit);
        expect(batches.flat()).toEqual(records);
        batches.forEach((batch, i) => {
          expect(batch.length).toBeLessThanOrEqual(limit.records);
          for (const partition of [0, 1, 2]) {
            const here = batch.filter((one) => one.partition === partition);
            if (here.length > 1) expect(octetsOf(here)).toBeLessThanOrEqual(limit.partitionOctets);
          }
          const next = batches[i + 1]?.[0];
          if (next === undefined || batch.length === limit.records) return;
          const beside = batch.filter(({ partition }) => partition === next.partition);
          expect(octetsOf([...beside, next])).toBeGreaterThan(limit.partitionOctets);
        });
      }),
    );
  });

  const octetsOf = (records: readonly { octets: number }[]) =>
    records.reduce((sum, { octets }) => sum + octets, 0);

  test('design §7 · 1,000 records to a send', () => {
    const records = recordsFrom(logOf(Array.from({ length: 2_500 }, (_, i) => [`client-${i}`, 1] as const)));
    expect(batchesOf(records).map(({ length }) => length)).toEqual([
      MAX_BATCH_RECORDS,
      MAX_BATCH_RECORDS,
      500,
    ]);
  });

  test('design §7 · the largest events go alone or in twos, and a record batch stays below what Kafka takes', () => {
    const padding = (MAX_EVENT_OCTETS - textOf('a', '').length) / 2;
    const records = recordsFrom(logOf([0, 1, 2].map(() => ['a', Math.floor(padding)] as const)));
    for (const { octets } of records) expect(octets).toBeGreaterThan(MAX_EVENT_OCTETS - 10);
    const sizes = batchesOf(records).map((batch) => batch.reduce((sum, { octets }) => sum + octets, 0));
    expect(sizes).toHaveLength(3);
    expect(Math.max(...sizes, MAX_PARTITION_OCTETS)).toBeLessThan(KAFKA_LIMIT);
  });

  test('design §7 · nothing is no batch', () => {
    expect(batchesOf([])).toEqual([]);
  });
});
