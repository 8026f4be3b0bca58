import type { Kafka } from 'kafkajs';
import { NO_PROGRESS, type PartitionProgress } from '../state/state-batches.js';
import { readOwnState } from '../state/state-message.js';
import { type OffsetRange, readRanges } from './read-topic.js';

/** A transaction ends with a record that is not ours, and one that was given up has nothing but such: look further back. */
const FIRST_LOOK_BACK = 100;
const LOOK_BACK_FURTHER = 10;

/**
 * How far the states on Kafka have taken in the topic of events, by partition. The topic itself is asked, because the
 * states and how far they are get there in one and the same transaction; whatever else would say it could be late.
 *
 * @param topic of clients
 * @param ranges of the topic. What lies in them and is not decided yet, because a transaction is still to be ended, is
 *   waited for
 * @throws KafkaUnavailable and kafkajs's errors
 */
export async function newestStates(
  kafka: Kafka,
  topic: string,
  ranges: readonly OffsetRange[],
): Promise<PartitionProgress[]> {
  const progress: PartitionProgress[] = ranges.map(() => NO_PROGRESS);
  let open = ranges.map(({ from, end }, partition) => ({ partition, from, end, upTo: end }));
  for (let back = FIRST_LOOK_BACK; open.length > 0; back *= LOOK_BACK_FURTHER) {
    const looks: ({ from: number; end: number } | null)[] = ranges.map(() => null);
    for (const { partition, from, end, upTo } of open) {
      looks[partition] = { from: Math.max(from, end - back), end: upTo };
    }
    await readRanges(kafka, topic, looks, (partition, messages) => {
      for (const message of messages) {
        const state = readOwnState(partition, message);
        if (state === null) continue;
        const { eventsOffset, position } = state;
        if (position > (progress[partition]?.position ?? 0))
          progress[partition] = { position, offset: eventsOffset };
      }
    });
    open = open
      .map((one) => ({ ...one, upTo: Math.max(one.from, one.end - back) }))
      .filter(({ partition, from, upTo }) => progress[partition] === NO_PROGRESS && upTo > from);
  }
  return progress;
}
