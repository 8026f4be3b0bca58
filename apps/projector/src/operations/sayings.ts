import type { Logger } from '@rollbook/platform';
import type { CoordinationEvent } from '@rollbook/read-models';
import type { ConsumerOptions } from '../consume/consumer.js';
import type { FollowerOptions } from '../generations/generation-follower.js';
import type { BatchCounters } from './batch-counters.js';

/** What fails every second is said once in so many milliseconds. */
const SAY_AGAIN_MS = 60_000;

/** What happens, as counters and log lines. */
export class Sayings {
  readonly #logger: Logger;
  readonly #counters: BatchCounters;
  readonly #nowMs: () => number;
  readonly #saidAt = new Map<string, number>();

  /** @param nowMs a clock that never goes back, in milliseconds */
  constructor(logger: Logger, counters: BatchCounters, nowMs: () => number) {
    this.#logger = logger;
    this.#counters = counters;
    this.#nowMs = nowMs;
  }

  consumer(generation: number): ConsumerOptions['on'] {
    const logger = this.#logger;
    const counters = this.#counters;
    counters.begin(generation);
    let joins = 0;
    return {
      applied(partition, run) {
        counters.applied(generation, run);
        const fields = { generation, partition };
        if (run.missedEvents > 0 || run.repairedGaps > 0) {
          logger.warn(
            { ...fields, events: run.missedEvents, gaps: run.repairedGaps },
            'events were missing on Kafka and came from the log',
          );
        }
        for (const { client_id, reason, position } of run.parked) {
          logger.error(
            { ...fields, client_id, position },
            `an event cannot be applied, its client is parked: ${reason}`,
          );
        }
      },
      unreadable(partition, { records, offset, reason }) {
        counters.count('unreadable', generation, records);
        logger.error(
          { generation, partition, offset, events: records },
          `records on the topic of events are none of ours: ${reason}`,
        );
      },
      waiting: (partition, err, attempt) =>
        this.#warn(attempt, { generation, partition, err }, 'the read model cannot be written for now'),
      joined(partitions) {
        joins += 1;
        if (joins > 1) counters.count('rebalances', generation);
        logger.info({ generation, partitions: [...partitions] }, 'joined the consumer group');
      },
      unaligned: (err, attempt) =>
        this.#warn(attempt, { generation, err }, 'the checkpoints cannot be read for now'),
      uncommitted: (err, attempt) =>
        this.#warn(attempt, { generation, err }, "the group's offsets cannot be committed for now"),
      unknownEvent: (partition, { position, reason }) =>
        logger.error(
          { generation, partition, position },
          `paused before an event of a later release: ${reason}`,
        ),
      failed: (err, attempt) => {
        counters.count('restarts', generation);
        this.#warn(attempt, { generation, err }, 'the Kafka client failed, another one follows');
      },
    };
  }

  follower(): FollowerOptions['on'] {
    return {
      followed: ({ generation, state }) =>
        this.#logger.info({ generation, status: state }, 'following a generation of the read model'),
      left: (generation) => this.#logger.info({ generation }, 'a generation is not followed any more'),
      failed: (what, error) => this.failed(what, error),
    };
  }

  coordination(event: CoordinationEvent): void {
    switch (event.kind) {
      case 'took over':
        return this.#logger.info({ generation: event.generation }, 'coordinating the rebuild');
      case 'switched':
        return this.#logger.info({ generation: event.generation }, 'the rebuilt read model is live');
      case 'dropped':
        return this.#logger.info({ generation: event.generation }, 'a replaced read model was dropped');
      case 'rebuild failed':
        return this.#logger.error({ generation: event.generation, err: event.error }, 'the rebuild failed');
      case 'turn failed':
        return this.failed('coordinating rebuilds', event.error);
    }
  }

  /** Something failed and is tried again, soon and as often as it takes. */
  failed(what: string, err: unknown): void {
    const now = this.#nowMs();
    if (now - (this.#saidAt.get(what) ?? -Infinity) < SAY_AGAIN_MS) return;
    this.#saidAt.set(what, now);
    this.#logger.warn({ err }, `${what} failed, it is tried again`);
  }

  waiting(what: string, err: unknown, attempt: number): void {
    this.#warn(attempt, { err }, `waiting for ${what}`);
  }

  /** The first attempts, then less and less often: an hour's outage is a few lines. */
  #warn(attempt: number, fields: object, message: string): void {
    if ((attempt & (attempt - 1)) === 0) this.#logger.warn({ ...fields, attempt }, message);
  }
}
