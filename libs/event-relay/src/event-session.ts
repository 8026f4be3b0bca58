import type { EventLogReader } from '@rollbook/event-log';
import { batchesOf, recordsOf } from './batches.js';
import { CheckpointWriter } from './checkpoint-writer.js';
import type { EventRecord } from './event-record.js';
import { acceptAnswer, type EventSender } from './event-sender.js';
import { nextPageEvents } from './page-size.js';
import { type Checkpoint, type CheckpointStore, positionsAfter } from './published-positions.js';
import type { PublisherEvents } from './publisher.js';
import type { Figures, PublishingSession } from './publisher-loop.js';

/** What a publisher needs of the log. */
export type FollowedLog = Pick<EventLogReader, 'readAll' | 'head'> & {
  waitAfter(position: number, signal: AbortSignal): Promise<number>;
};

/**
 * Publishes the log from a checkpoint on with one sender, one send at a time: what comes after a send is sent when its
 * answer was accepted, so whatever is on Kafka has everything before it there too. Ends with the first failure.
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
  let at = options.from;
  let limit = nextPageEvents(null);

  const publish = async (batch: readonly EventRecord[]): Promise<void> => {
    const began = performance.now();
    let lastOffsets: Map<number, number>;
    try {
      lastOffsets = acceptAnswer(batch, await sender.send(batch));
    } catch (error) {
      figures.resends += 1;
      throw error;
    }
    const offsets = at.partitions.map((_, i) => lastOffsets.get(i) ?? at.offsets[i] ?? null);
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
      const page = await log.readAll({ after: at.position, limit });
      if (page.length === 0) {
        await waitForMore(log, at.position, signal, figures);
        return 0;
      }
      limit = nextPageEvents({ asked: limit, page });
      figures.seen({ head: page.at(-1)?.position ?? 0 });
      for (const batch of batchesOf(recordsOf(page, at, { partitions, source: options.source }))) {
        await publish(batch);
      }
      return page.length;
    },
    async close() {
      await writer.flush();
      await sender.close();
    },
  };
}

async function waitForMore(
  log: FollowedLog,
  position: number,
  signal: AbortSignal,
  figures: Figures,
): Promise<void> {
  try {
    figures.seen({ head: await log.waitAfter(position, signal) });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
