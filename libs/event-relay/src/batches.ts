import type { StoredEvent } from '@rollbook/event-log';
import { eventRecord, type EventRecord } from './event-record.js';
import { partitionOf } from './partition.js';
import type { PublishedPositions } from './published-positions.js';

/** Of one send (design §7). */
export const MAX_BATCH_RECORDS = 1_000;
/**
 * Of one partition in one send: its records become one record batch, which Kafka takes up to 1,048,588 octets. An event
 * has at most 256 KiB, so every event fits.
 */
export const MAX_PARTITION_OCTETS = 512 * 1024;

/** The log handed out an event that is not the next one. It must not be skipped, so nothing more is published. */
export class LogGap extends Error {
  constructor(expected: number, found: number) {
    super(`after position ${expected - 1} the log gave position ${found}: an event is missing in between`);
    this.name = 'LogGap';
  }
}

/**
 * The records of a page of the log, each with the position of its predecessor on its partition.
 *
 * @param from what is published; the page follows it without a gap
 * @throws LogGap, UnreadableEvent
 */
export function recordsOf(
  events: readonly StoredEvent[],
  from: PublishedPositions,
  { partitions, source }: { partitions: number; source: string },
): EventRecord[] {
  const last = [...from.partitions];
  return events.map((event, i) => {
    const expected = from.position + 1 + i;
    if (event.position !== expected) throw new LogGap(expected, event.position);
    const partition = partitionOf(event.streamId, partitions);
    const record = eventRecord(event, { partition, previousPosition: last[partition] ?? 0, source });
    last[partition] = event.position;
    return record;
  });
}

/**
 * Cuts records into sends, in order: each is as long as the limits allow, and has at least one record.
 *
 * @param limits for tests; the defaults are those of design §7
 */
export function batchesOf(
  records: readonly EventRecord[],
  limits: { records: number; partitionOctets: number } = {
    records: MAX_BATCH_RECORDS,
    partitionOctets: MAX_PARTITION_OCTETS,
  },
): EventRecord[][] {
  const batches: EventRecord[][] = [];
  let octets = new Map<number, number>();
  for (const record of records) {
    const batch = batches.at(-1);
    const onPartition = (octets.get(record.partition) ?? 0) + record.octets;
    if (batch !== undefined && batch.length < limits.records && onPartition <= limits.partitionOctets) {
      batch.push(record);
      octets.set(record.partition, onPartition);
    } else {
      batches.push([record]);
      octets = new Map([[record.partition, record.octets]]);
    }
  }
  return batches;
}
