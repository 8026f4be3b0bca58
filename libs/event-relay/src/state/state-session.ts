import { CheckpointWriter } from '../checkpoint-writer.js';
import { lowWaterMark } from '../low-water.js';
import type { CheckpointStore, PublishedPositions } from '../published-positions.js';
import { readOwnEvent } from '../published-event.js';
import type { PublisherEvents } from '../publisher.js';
import type { Figures, PublishingSession } from '../publisher-loop.js';
import type { Arrived, FollowedTopic } from '../kafka/follow-topic.js';
import {
  type PartitionProgress,
  stateBatches,
  type StateBatch,
  type StateBatchSource,
} from './state-batches.js';
import type { StateSender } from './state-sender.js';

/** How often the figures are brought up to date, at most. */
const LOOK_EVERY_MS = 200;

/**
 * Publishes the states that follow from the topic of events, from where the topic of clients ends, with one sender, one
 * transaction at a time. Ends with the first failure; the next session asks the topic of clients again how far it is.
 */
export function stateSession(options: {
  events: FollowedTopic;
  sender: StateSender;
  /** By partition; the follower begins behind it. */
  from: readonly PartitionProgress[];
  store: CheckpointStore;
  /** How far the event publishers are. */
  published: () => Promise<PublishedPositions>;
  source: StateBatchSource;
  figures: Figures;
  on: PublisherEvents;
  /** A checkpoint could not be stored. */
  notStored: (error: unknown) => void;
}): PublishingSession {
  const { events, sender, figures, on } = options;
  const progress = [...options.from];
  const writer = new CheckpointWriter(options.store, options.notStored);
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** The store only tells others how far the states are; what counts is on the topic itself. */
  const look = async (): Promise<void> => {
    if (performance.now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = performance.now();
    const published = await options.published();
    const reached = new Map(progress.map(({ position }, partition) => [partition, position]));
    const position = lowWaterMark(published, reached);
    if (position === figures.position && published.position === figures.head) return;
    figures.seen({ position, head: published.position });
    writer.note({
      position,
      partitions: progress.map((one) => one.position),
      offsets: progress.map(({ offset }) => (offset < 0 ? null : offset)),
    });
  };

  const publish = async (batch: StateBatch): Promise<void> => {
    const { partition, messages } = batch;
    const began = performance.now();
    if (messages.length > 0) {
      try {
        await sender.send(partition, messages);
      } catch (error) {
        figures.resends += 1;
        throw error;
      }
      figures.batches += 1;
    }
    progress[partition] = batch.progress;
    figures.events += batch.events;
    const durationSeconds = (performance.now() - began) / 1_000;
    on.published?.({ events: batch.events, position: batch.progress.position, durationSeconds });
  };

  const takeIn = async ({ partition, messages }: Arrived): Promise<number> => {
    const from = progress[partition];
    if (from === undefined)
      throw new Error(`the topic of events has a partition ${partition}, that of clients not`);
    let taken = 0;
    const read = messages.flatMap((message) => readOwnEvent(partition, message) ?? []);
    // Whatever stands in the place of an event shows by the position that the next event names as its predecessor's.
    const foreign = messages.length - read.length;
    if (foreign > 0)
      on.failed?.(`records of partition ${partition} that are no events were passed over: ${foreign}`);
    for await (const batch of stateBatches(partition, read, from, options.source)) {
      await publish(batch);
      taken += batch.events;
    }
    return taken;
  };

  return {
    async step(signal) {
      const arrived = await events.next(LOOK_EVERY_MS, signal);
      const taken = arrived === null ? 0 : await takeIn(arrived);
      await look();
      return taken;
    },
    async close() {
      await writer.flush();
      await Promise.all([events.close(), sender.close()]);
    },
  };
}
