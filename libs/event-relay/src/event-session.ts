import type { EventLogReader } from '@rollbook/event-log';
import { batchesOf, recordsOf } from './batches.js';
import { CheckpointWriter } from './checkpoint-writer.js';
import type { EventRecord } from './event-record.js';
import { acceptAnswer, type EventSender } from './event-sender.js';
import { checkpointAfterLoss, KafkaLost, lossesUnder, type PartitionLoss } from './kafka-loss.js';
import { Pace } from './pace.js';
import { nextPageEvents } from './page-size.js';
import { type Checkpoint, type CheckpointStore, positionsAfter } from './published-positions.js';
import type { PublisherEvents } from './publisher.js';
import type { Figures, PublishingSession } from './publisher-loop.js';

/** Between the beginnings of two sends while there is no backlog: what is appended meanwhile goes along with the next. */
const PACE_MS = 10;

/** What a publisher needs of the log. */
export type FollowedLog = Pick<EventLogReader, 'readAll' | 'head'> & {
  waitAfter(position: number, signal: AbortSignal): Promise<number>;
};

/** The log does not have what it had a moment ago. A new session finds out how it goes together with Kafka. */
export class LogShorter extends Error {
  constructor(position: number, head: number) {
    super(`the log reached position ${head}, but has nothing after ${position} any more`);
    this.name = 'LogShorter';
  }
}

/**
 * Publishes the log from a checkpoint on with one sender, one send at a time: what comes after a send is sent when its
 * answer was accepted, so whatever is on Kafka has everything before it there too. Ends with the first failure.
 *
 * Where a send lands shows what Kafka lost while nothing was sent; the checkpoint goes back before that.
 */
export function eventSession(options: {
  log: FollowedLog;
  sender: EventSender;
  from: Checkpoint;
  store: CheckpointStore;
  source: string;
  figures: Figures;
  on: PublisherEvents;
  /** A checkpoint could not be stored. */
  notStored: (error: unknown) => void;
}): PublishingSession {
  const { log, sender, figures, on } = options;
  const partitions = options.from.partitions.length;
  const writer = new CheckpointWriter(options.store, options.notStored);
  const pace = new Pace(PACE_MS);
  let at = options.from;
  /** The log is known to reach so far; asked for again only when all of it is published. */
  let head = 0;
  let limit = nextPageEvents(null);
  let lossy: { losses: readonly PartitionLoss[]; offsets: Checkpoint['offsets'] } | null = null;

  const publish = async (batch: readonly EventRecord[]): Promise<void> => {
    const began = performance.now();
    pace.begin();
    let offsets: Checkpoint['offsets'];
    try {
      const landed = acceptAnswer(batch, await sender.send(batch));
      offsets = at.partitions.map((_, i) => landed.get(i)?.last ?? at.offsets[i] ?? null);
      const losses = lossesUnder(at, landed);
      if (losses.length > 0) {
        lossy = { losses, offsets };
        throw new KafkaLost(losses);
      }
    } catch (error) {
      figures.resends += 1;
      throw error;
    }
    at = { ...positionsAfter(at, batch), offsets };
    writer.note(at);
    figures.seen({ position: at.position });
    figures.batches += 1;
    figures.events += batch.length;
    const durationSeconds = (performance.now() - began) / 1_000;
    on.published?.({ events: batch.length, position: at.position, durationSeconds });
  };

  return {
    async step(signal) {
      if (head <= at.position) {
        head = await headAfter(log, at.position, signal);
        if (head <= at.position) return 0;
        figures.seen({ head });
        await pace.rest(signal);
      }
      const page = await log.readAll({ after: at.position, limit });
      if (page.length === 0) throw new LogShorter(at.position, head);
      limit = nextPageEvents({ asked: limit, page });
      for (const batch of batchesOf(recordsOf(page, at, { partitions, source: options.source }))) {
        await publish(batch);
      }
      return page.length;
    },
    async close() {
      await writer.flush();
      try {
        // After the writes of what was noted: those could raise it again.
        if (lossy !== null)
          await options.store.replace(await checkpointAfterLoss(log, at, lossy.losses, lossy.offsets));
      } finally {
        await sender.close();
      }
    },
  };
}

/** The head, once it is above `position`, or `position` when the signal comes first; an aborted signal asks without waiting. */
async function headAfter(log: FollowedLog, position: number, signal: AbortSignal): Promise<number> {
  if (signal.aborted) return log.head();
  try {
    return await log.waitAfter(position, signal);
  } catch (error) {
    if (signal.aborted) return position;
    throw error;
  }
}
