import type { EventLogReader } from '@rollbook/event-log';
import { partitionOf } from './partition.js';
import type { PublishedEvent } from './published-event.js';
import {
  type Checkpoint,
  type CheckpointStore,
  nothingPublished,
  type PublishedPositions,
} from './published-positions.js';

/** The end of each partition: the offset that the next record gets. */
export type PartitionEnds = readonly number[];

/**
 * The checkpoint to go on from: the stored one, unless Kafka says otherwise.
 *
 * - Kafka has records that the checkpoint does not know of (a publisher died before it stored its position, another one
 *   repeated events, the database was restored): the stored one, once the newest events there are found in the log.
 * - Kafka lost records that it had acknowledged: the newest position that is surely there; what comes after it is
 *   published again, and consumers drop what they have.
 *
 * @param options.ends of the partitions of the topic of events
 * @param options.newestEvents of each partition
 * @throws LogBehindKafka, LogDiffersFromKafka when publishing would contradict what is on Kafka
 */
export async function resume(options: {
  log: Pick<EventLogReader, 'readAll' | 'head'>;
  store: CheckpointStore;
  partitions: number;
  ends: PartitionEnds;
  newestEvents: () => Promise<readonly (PublishedEvent | null)[]>;
}): Promise<Checkpoint> {
  const { log, store, partitions, ends } = options;
  const stored = await store.read();
  const verdict = compareWithKafka(stored, ends);
  const newest = verdict === 'agree' ? [] : await options.newestEvents();
  await compareWithLog(newest, log);
  if (verdict !== 'less' && stored.partitions.length === partitions) return stored;
  const position = verdict === 'less' ? positionAfterLoss(stored, ends, newest) : stored.position;
  const offsets = ends.map((end) => (end === 0 ? null : end - 1));
  const checkpoint = { ...(await positionsAt(log, position, partitions)), offsets };
  if (stored.position > 0) await store.replace(checkpoint);
  return checkpoint;
}

/**
 * How the stored checkpoint and Kafka go together:
 * - `agree`: the newest record that is known is the newest there is
 * - `more`: Kafka has records that the checkpoint does not know of: a publisher died before it stored its position,
 *   another one repeated events, or the database was restored to an earlier state
 * - `less`: Kafka lost records that it had acknowledged
 */
function compareWithKafka(checkpoint: Checkpoint, ends: PartitionEnds): 'agree' | 'more' | 'less' {
  const known = ends.map((_, partition) => checkpoint.offsets[partition] ?? -1);
  if (ends.some((end, partition) => end <= (known[partition] ?? -1))) return 'less';
  return ends.some((end, partition) => end > (known[partition] ?? -1) + 1) ? 'more' : 'agree';
}

/** Kafka has an event that the log does not have: publishing would put another one in its place. */
export class LogBehindKafka extends Error {
  readonly position: number;

  constructor(position: number, head: number) {
    super(
      `Kafka has the event at position ${position}, but the log ends at ${head}: the database was restored to an earlier state, recover it from Kafka`,
    );
    this.name = 'LogBehindKafka';
    this.position = position;
  }
}

/** The log and Kafka have different events at one position. */
export class LogDiffersFromKafka extends Error {
  constructor({ position, partition, offset }: PublishedEvent) {
    super(
      `the event at position ${position} is another one in the log than on Kafka (partition ${partition}, offset ${offset}): the log was restored and written to, or these topics belong to another log`,
    );
    this.name = 'LogDiffersFromKafka';
  }
}

/**
 * Compares the newest event of each partition with the log.
 *
 * @param newest by partition; null where there is none
 * @throws LogBehindKafka, LogDiffersFromKafka
 */
async function compareWithLog(
  newest: readonly (PublishedEvent | null)[],
  log: Pick<EventLogReader, 'readAll' | 'head'>,
): Promise<void> {
  if (newest.length === 0) return;
  const head = await log.head();
  const events = newest.filter((event) => event !== null);
  const highest = Math.max(0, ...events.map(({ position }) => position));
  if (highest > head) throw new LogBehindKafka(highest, head);
  for (const event of events) {
    const [stored] = await log.readAll({ after: event.position - 1, limit: 1 });
    const same =
      stored?.position === event.position && stored.streamId === event.streamId && stored.text === event.text;
    if (!same) throw new LogDiffersFromKafka(event);
  }
}

const LOOK_BACK_EVENTS = 500;

/** The last position of every partition at `position`, found in the log itself, backwards. */
export async function positionsAt(
  log: Pick<EventLogReader, 'readAll'>,
  position: number,
  partitions: number,
): Promise<PublishedPositions> {
  const last = [...nothingPublished(partitions).partitions];
  let after = position;
  while (after > 0 && last.includes(0)) {
    const before = after;
    after = Math.max(0, after - LOOK_BACK_EVENTS);
    const page = await log.readAll({ after, limit: before - after });
    for (const { position: at, streamId } of page) {
      const partition = partitionOf(streamId, partitions);
      if (at <= before && at > (last[partition] ?? 0)) last[partition] = at;
    }
  }
  return { position, partitions: last };
}

/** The newest event that every partition with a loss still has. */
function positionAfterLoss(
  checkpoint: Checkpoint,
  ends: PartitionEnds,
  newest: readonly (PublishedEvent | null)[],
): number {
  const left = ends.flatMap((end, partition) =>
    end <= (checkpoint.offsets[partition] ?? -1) ? [newest[partition]?.position ?? 0] : [],
  );
  return Math.min(checkpoint.position, ...left);
}
