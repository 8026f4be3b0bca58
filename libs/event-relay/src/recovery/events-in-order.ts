import type { Kafka } from 'kafkajs';
import { type PublishedEvent, readOwnEvent, type ReceivedMessage } from '../published-event.js';
import { type OffsetRange, readRanges } from '../kafka/read-topic.js';
import { PositionMerge } from './position-merge.js';

/** Of each partition; one that runs ahead of the others rests meanwhile, so that memory stays bounded. */
const WAITING_CHARACTERS = 2 * 1024 * 1024;

/** How reading the topic ended. */
export type OrderedEnd = {
  missing: { position: number; found: number } | null;
  /** Records that are none of ours, passed over. */
  foreign: number;
};

/**
 * The events of the topic in the order of the log, each once, up to the ends that the ranges name or up to the first
 * position that is nowhere (then the generator returns it).
 *
 * @throws KafkaUnavailable, and kafkajs's errors
 */
export async function* eventsInOrder(
  kafka: Kafka,
  topic: string,
  ranges: readonly OffsetRange[],
): AsyncGenerator<PublishedEvent, OrderedEnd> {
  const merge = new PositionMerge(ranges.length);
  ranges.forEach(({ from, end }, partition) => from >= end && merge.end(partition));
  let foreign = 0;
  const resting = new Map<number, () => void>();
  const stop = new AbortController();
  let arrived = Promise.withResolvers<void>();
  const take = (partition: number, messages: readonly ReceivedMessage[], pause: () => () => void) => {
    const events = messages
      .map((message) => readOwnEvent(partition, message))
      .filter((event) => event !== null);
    foreign += messages.length - events.length;
    merge.add(partition, events);
    if (Number(messages.at(-1)?.offset) + 1 >= (ranges[partition]?.end ?? 0)) merge.end(partition);
    if (merge.waiting(partition) > WAITING_CHARACTERS) resting.set(partition, pause());
    arrived.resolve();
  };
  const reading = readRanges(kafka, topic, ranges, take, stop.signal);
  /** For the end, when it does not matter any more how the reading ended. */
  const over = Promise.allSettled([reading]);
  try {
    for (;;) {
      arrived = Promise.withResolvers();
      const run = merge.take();
      yield* run;
      for (const [partition, resume] of resting) {
        if (merge.waiting(partition) > WAITING_CHARACTERS / 2) continue;
        resting.delete(partition);
        resume();
      }
      if (run.length > 0) continue; // meanwhile more may have arrived
      const outlook = merge.outlook();
      if (outlook === 'complete') return { missing: null, foreign };
      if (outlook !== 'more') {
        return { missing: { position: outlook.missing, found: outlook.found }, foreign };
      }
      await Promise.race([arrived.promise, reading]);
    }
  } finally {
    stop.abort();
    await over;
  }
}
