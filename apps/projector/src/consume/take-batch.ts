import type { PublishedEvent } from '@rollbook/event-relay';
import type { Applied, MongodbProjection } from '@rollbook/read-models';
import { backoffMs, pause } from './backoff.js';

/** Records taken in between two looks at whether the partition is still ours. */
const CHUNK_RECORDS = 1000;
/** Whatever takes longer, waiting as well as writing, has a heartbeat so often, in milliseconds. */
const HEARTBEAT_EVERY_MS = 500;

/** What a record's headers say: an event, or why it is none of ours. */
export type ReadRecord = { offset: string } & ({ event: PublishedEvent } | { unreadable: string });

/** Records of one partition, and what may be done with them while the partition is ours. */
export type Batch = {
  partition: number;
  records: readonly ReadRecord[];
  /** Throws when the group is being divided anew: the batch ends there, wherever it is. */
  heartbeat: () => Promise<void>;
  /** Everything up to and with this offset is in the model and behind its checkpoint. */
  resolve(offset: string): void;
  /** True once these records are not ours any more, or the process is stopping. */
  abandoned(): boolean;
};

/** A run of events is in the model: what it did there, and how long that took. */
export type AppliedRun = Applied & { redelivered: number; seconds: number };

/** What happens, for whoever counts and says it. */
export type BatchEvents = {
  applied(partition: number, run: AppliedRun): void;
  /**
   * Records that no publisher of ours has written were passed over: whatever stands in their place is missed by the
   * next event, and comes from the log. `offset` and `reason` are the first one's.
   */
  unreadable(partition: number, found: { records: number; offset: string; reason: string }): void;
  /** Something has to be waited for; told once for each attempt. */
  waiting(partition: number, error: unknown, attempt: number): void;
};

export type BatchTaker = {
  projection: Pick<MongodbProjection, 'apply'>;
  on: BatchEvents;
  /** Aborted when a stopping process can't wait for the run under way any longer. */
  signal: AbortSignal;
  /** Seconds, on a clock that never goes back. */
  seconds: () => number;
};

/** How far a partition is in the model: the position of the last event that was taken in, 0 for none. */
export type Cursor = { position: number };

/** An event that only a later release knows (design §3): everything before it on the partition was taken in. */
export type UnknownAhead = NonNullable<Applied['unknown']>;

/**
 * Takes in one batch, chunk by chunk: documents and checkpoint, then the offset. What can't be reached now is tried
 * again for as long as the partition is ours, so nothing is passed over; nothing is done twice either, because a
 * projection passes over what it has (design §8).
 *
 * @param cursor moved on with every run that is in the model
 * @returns the event before which the batch ended, or null
 * @throws whatever the batch's heartbeat throws
 */
export async function takeBatch(
  batch: Batch,
  cursor: Cursor,
  taker: BatchTaker,
): Promise<UnknownAhead | null> {
  for (let from = 0; from < batch.records.length && !batch.abandoned(); from += CHUNK_RECORDS) {
    const chunk = batch.records.slice(from, from + CHUNK_RECORDS);
    const applied = await applyUntilDone(batch, eventsOf(batch.partition, chunk, taker.on), cursor, taker);
    if (applied === 'abandoned') return null;
    if (applied.unknown !== null) {
      if (applied.last !== null) batch.resolve(applied.last.offset);
      return applied.unknown;
    }
    const last = chunk.at(-1);
    if (last !== undefined) batch.resolve(last.offset);
    if (!batch.abandoned()) await batch.heartbeat();
  }
  return null;
}

function eventsOf(partition: number, records: readonly ReadRecord[], on: BatchEvents): PublishedEvent[] {
  const events = records.flatMap((record) => ('event' in record ? [record.event] : []));
  const first = records.find((record) => 'unreadable' in record);
  if (first !== undefined) {
    const { offset, unreadable: reason } = first;
    on.unreadable(partition, { records: records.length - events.length, offset, reason });
  }
  return events;
}

type Outcome = Pick<Applied, 'last' | 'unknown'> | 'abandoned';

/** Applies a run until it works, unless the partition is lost meanwhile: then what the heartbeat threw is thrown. */
async function applyUntilDone(
  batch: Batch,
  events: readonly PublishedEvent[],
  cursor: Cursor,
  taker: BatchTaker,
): Promise<Outcome> {
  if (events.length === 0) return { last: null, unknown: null };
  for (let failures = 1; ; failures += 1) {
    try {
      return await apply(batch, events, cursor, taker);
    } catch (error) {
      if (batch.abandoned()) return 'abandoned';
      // Throws again what it threw within the run, when it was that.
      await batch.heartbeat();
      taker.on.waiting(batch.partition, error, failures);
      await waitBeating(backoffMs(failures), batch, taker.signal);
      if (batch.abandoned()) return 'abandoned';
    }
  }
}

async function apply(
  { partition, heartbeat }: Batch,
  events: readonly PublishedEvent[],
  cursor: Cursor,
  { on, projection, seconds, signal }: BatchTaker,
): Promise<Outcome> {
  const redelivered = events.filter(({ position }) => position <= cursor.position).length;
  const started = seconds();
  // A database that hangs must not cost the membership. What a heartbeat throws here, the next one throws again.
  const beating = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_EVERY_MS);
  let applied: Applied;
  try {
    applied = await projection.apply(partition, events, { heartbeat, signal });
  } finally {
    clearInterval(beating);
  }
  if (applied.last !== null) cursor.position = Math.max(cursor.position, applied.last.position);
  on.applied(partition, { ...applied, redelivered, seconds: seconds() - started });
  return applied;
}

async function waitBeating(ms: number, batch: Batch, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !batch.abandoned(); left -= HEARTBEAT_EVERY_MS) {
    await pause(Math.min(left, HEARTBEAT_EVERY_MS), signal);
    if (!batch.abandoned()) await batch.heartbeat();
  }
}
