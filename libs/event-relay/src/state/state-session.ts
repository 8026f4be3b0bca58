import type { Arrived, FollowedTopic } from '../kafka/follow-topic.js';
import { readOwnEvent } from '../published-event.js';
import type { PublisherEvents } from '../publisher.js';
import type { PublishingSession } from '../publisher-loop.js';
import { Pace } from '../pace.js';
import { stateBatches, type StateBatch, type StateBatchSource } from './state-batches.js';
import { LOOK_EVERY_MS, StateProgress, type StateProgressOptions } from './state-progress.js';
import { stateRounds } from './state-rounds.js';
import type { StateSender } from './state-sender.js';

/** From the beginning of a transaction to that of the next: most of what one costs has nothing to do with its size. */
const PACE_MS = 50;

/**
 * Publishes the states that follow from the topic of events, from where the topic of clients ends, with one sender, one
 * transaction at a time, which has something of every partition where there is something. Ends with the first failure;
 * the next session asks the topic of clients again how far each partition is.
 *
 * After an idle time a transaction begins at once, else some milliseconds after the one before, so that a trickle of
 * events becomes few of them. While more lies on Kafka than one fetch takes, nothing rests.
 */
export function stateSession(
  options: StateProgressOptions & {
    /** Begins behind `from`. */
    events: FollowedTopic;
    sender: StateSender;
    source: StateBatchSource;
    on: PublisherEvents;
    /** For tests. */
    pace?: Pick<Pace, 'begin' | 'rest'>;
  },
): PublishingSession {
  const { events, sender, figures, on, pace = new Pace(PACE_MS) } = options;
  const progress = new StateProgress(options);
  let rounds = stateRounds([]);
  let behind = false;

  const send = async (batches: readonly StateBatch[]): Promise<void> => {
    const began = performance.now();
    pace.begin();
    try {
      await sender.send(batches);
    } catch (error) {
      figures.resends += 1;
      throw error;
    }
    figures.batches += 1;
    const durationSeconds = (performance.now() - began) / 1_000;
    const position = Math.max(...batches.map((batch) => batch.progress.position));
    on.published?.({ events: eventsIn(batches), position, durationSeconds });
  };

  const publish = async (round: readonly StateBatch[]): Promise<number> => {
    const withStates = round.filter(({ messages }) => messages.length > 0);
    if (withStates.length > 0) await send(withStates);
    progress.advance(round);
    figures.events += eventsIn(round);
    return eventsIn(round);
  };

  const batchesOf = ({ partition, messages }: Arrived): AsyncGenerator<StateBatch, void> => {
    const from = progress.of(partition);
    const read = messages.flatMap((message) => readOwnEvent(partition, message) ?? []);
    // Whatever stands in the place of an event shows by the position that the next event names as its predecessor's.
    const foreign = messages.length - read.length;
    if (foreign > 0)
      on.failed?.(`records of partition ${partition} that are no events were passed over: ${foreign}`);
    return stateBatches(partition, read, from, options.source);
  };

  /** First what is left of the records that were handed out last, in parts; then new ones. */
  const nextRound = async (signal: AbortSignal): Promise<readonly StateBatch[]> => {
    const round = await rounds.next();
    if (round.done !== true) return round.value;
    // Before the next ones are asked for, and so are all fetched that came meanwhile.
    if (!behind) await pace.rest(signal);
    const arrived = await events.next(LOOK_EVERY_MS, signal);
    behind = arrived.some(({ left }) => left > 0);
    rounds = stateRounds(arrived.map(batchesOf));
    const first = await rounds.next();
    return first.done === true ? [] : first.value;
  };

  return {
    async step(signal) {
      const taken = await publish(await nextRound(signal));
      await progress.tell();
      return taken;
    },
    async close() {
      await progress.flush();
      await Promise.all([events.close(), sender.close()]);
    },
  };
}

const eventsIn = (batches: readonly StateBatch[]): number =>
  batches.reduce((sum, batch) => sum + batch.events, 0);
