import type { EventLogReader } from '@rollbook/event-log';
import { streamIdOf } from '@rollbook/registration';
import { partitionOf } from '../partition.js';
import type { PublishedEvent } from '../published-event.js';
import { NotAClient } from './client-state-record.js';
import type { StateFolds } from './state-folds.js';
import { octetsOf, type StateMessage, stateMessages } from './state-message.js';

/** How far one partition of the topic of events has been taken in: the last event's place in the log and offset. */
export type PartitionProgress = { position: number; offset: number };

/** Nothing of a partition has been taken in. */
export const NO_PROGRESS: PartitionProgress = { position: 0, offset: -1 };

/**
 * What one transaction has of one partition: the states that follow from a run of its events, the last one per client.
 */
export type StateBatch = {
  partition: number;
  /** In the order of their events, so that the last one names the greatest offset. Empty: nothing to send. */
  messages: StateMessage[];
  /** What the messages take on Kafka, at most. */
  octets: number;
  /** With this batch on Kafka, everything up to here is taken in. */
  progress: PartitionProgress;
  /** Events taken in for the first time, and those that had been before. */
  events: number;
  repeats: number;
  /** Events that the partition lacks, taken from the log. */
  repaired: number;
};

/** All records of one send that go to one partition are one record batch, which Kafka takes up to 1,048,588 octets of. */
const MAX_BATCH_OCTETS = 512 * 1024;
/** Of one partition, so that a transaction stays short: a consumer sees nothing of it before it ends. */
const MAX_BATCH_EVENTS = 1000;
const LOG_PAGE = 500;

export type StateBatchSource = {
  folds: StateFolds;
  readAll: EventLogReader['readAll'];
  partitions: number;
  /** The public URL, without a trailing slash. */
  source: string;
  /** Told of an event whose client has no state that could be published; the others go on. */
  notAClient: (sentence: string) => void;
  /** Default: what Kafka takes. */
  maxOctets?: number;
};

type PlacedEvent = Pick<PublishedEvent, 'streamId' | 'streamVersion' | 'position' | 'text'>;

/**
 * Turns a run of events of one partition into batches of states (design §7). An event that was taken in before is
 * passed over, wherever it stands: its client may be further by now. A gap, which an event names by the position before
 * its own, is closed from the log, and the states from there stand before the event that showed it.
 *
 * @param events in the order of their offsets, as they were read
 * @param from what of the partition is taken in already
 */
export async function* stateBatches(
  partition: number,
  events: Iterable<PublishedEvent>,
  from: PartitionProgress,
  source: StateBatchSource,
): AsyncGenerator<StateBatch> {
  const batch = new OpenBatch(partition, from, source);
  for (const event of events) {
    const offset = Number(event.offset);
    if (event.position <= batch.progress.position) {
      batch.repeat(offset);
      continue;
    }
    for await (const missing of missingBefore(event, batch.progress.position, source)) {
      // It has no offset of its own; the next record does not take in what stands at its own.
      yield* batch.take(missing, offset - 1);
      batch.repaired += 1;
    }
    yield* batch.take(event, offset);
  }
  if (batch.events + batch.repeats > 0) yield batch.cut();
}

class OpenBatch {
  readonly #latest = new Map<string, { messages: StateMessage[]; octets: number }>();
  #octets = 0;
  progress: PartitionProgress;
  events = 0;
  repeats = 0;
  repaired = 0;

  constructor(
    private readonly partition: number,
    from: PartitionProgress,
    private readonly source: StateBatchSource,
  ) {
    this.progress = from;
  }

  repeat(offset: number): void {
    this.repeats += 1;
    this.progress = { ...this.progress, offset: Math.max(this.progress.offset, offset) };
  }

  /** Takes in one event; gives what was in the batch before it, if both together are too much. */
  async *take(event: PlacedEvent, eventsOffset: number): AsyncGenerator<StateBatch> {
    const messages = await this.#statesOf(event, eventsOffset);
    const octets = messages.reduce((sum, message) => sum + octetsOf(message), 0);
    const { maxOctets = MAX_BATCH_OCTETS } = this.source;
    const full = this.#octets + octets > maxOctets || this.events >= MAX_BATCH_EVENTS;
    if (full && this.events > 0) yield this.cut();
    this.#forget(event.streamId);
    if (messages.length > 0) this.#latest.set(event.streamId, { messages, octets });
    this.#octets += octets;
    this.events += 1;
    this.progress = { position: event.position, offset: Math.max(this.progress.offset, eventsOffset) };
  }

  cut(): StateBatch {
    const messages = [...this.#latest.values()].flatMap((latest) => latest.messages);
    const octets = this.#octets;
    const { partition, progress, events, repeats, repaired } = this;
    this.#latest.clear();
    this.#octets = 0;
    this.events = 0;
    this.repeats = 0;
    this.repaired = 0;
    return { partition, messages, octets, progress, events, repeats, repaired };
  }

  /** Only the last state of a client is sent: an earlier one gives its place away. */
  #forget(streamId: string): void {
    this.#octets -= this.#latest.get(streamId)?.octets ?? 0;
    this.#latest.delete(streamId);
  }

  async #statesOf(event: PlacedEvent, eventsOffset: number): Promise<StateMessage[]> {
    // Streams that are not about one client have no state here.
    if (!event.streamId.startsWith(streamIdOf(''))) return [];
    const state = await this.source.folds.asOf(event);
    const { streamId, streamVersion, position } = event;
    try {
      return stateMessages(state, { streamId, streamVersion, position, eventsOffset }, this.source.source);
    } catch (error) {
      if (!(error instanceof NotAClient)) throw error;
      this.source.notAClient(
        `no state of ${streamId} at position ${position} is published: ${error.message}`,
      );
      return [];
    }
  }
}

/** The events of the partition between what is taken in and the event, if the partition itself lacks them. */
async function* missingBefore(
  event: PublishedEvent,
  position: number,
  { readAll, partitions }: StateBatchSource,
): AsyncGenerator<PlacedEvent> {
  let after = position;
  while (after < event.previousPosition) {
    const page = await readAll({ after, limit: LOG_PAGE });
    if (page.length === 0) throw new LogEndsBefore(event.previousPosition);
    for (const stored of page) {
      if (stored.position > event.previousPosition) return;
      if (partitionOf(stored.streamId, partitions) === event.partition) yield stored;
    }
    after = page.at(-1)?.position ?? after;
  }
}

/** Kafka names a position that the log has not: it was restored to an earlier copy. */
export class LogEndsBefore extends Error {
  constructor(position: number) {
    super(`the log ends before position ${position}, which is on Kafka`);
    this.name = 'LogEndsBefore';
  }
}
