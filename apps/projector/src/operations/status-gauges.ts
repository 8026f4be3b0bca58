import { Gauge, type Registry } from '@rollbook/platform';
import { CONSUMER_STATES } from '../consume/consumer.js';
import type { FollowedStatus } from '../generations/generation-follower.js';
import type { StageLag } from './stage-lag.js';

/** What is so at the moment of a scrape. */
export class StatusGauges {
  readonly #gauges: ReturnType<typeof gaugesIn>;

  constructor(registry: Registry) {
    this.#gauges = gaugesIn(registry);
  }

  show(followed: readonly FollowedStatus[]): void {
    const { generation, partitions, position, state } = this.#gauges;
    // What is not followed any more has no figure, instead of its last one.
    for (const gauge of [generation, partitions, position, state]) gauge.reset();
    for (const {
      generation: { generation: number, state: model },
      consumer,
    } of followed) {
      const label = { generation: String(number) };
      generation.set({ ...label, state: model }, 1);
      for (const one of CONSUMER_STATES) state.set({ ...label, state: one }, consumer.state === one ? 1 : 0);
      partitions.set(label, consumer.partitions.length);
      for (const { partition, position: at } of consumer.partitions) {
        if (at !== null) position.set({ ...label, partition: String(partition) }, at);
      }
    }
  }

  /** @param lags none while they can't be read */
  showLags(lags: readonly StageLag[]): void {
    const { lagEvents, lagSeconds } = this.#gauges;
    lagEvents.reset();
    lagSeconds.reset();
    for (const { stage, events, seconds } of lags) {
      lagEvents.set({ stage }, events);
      lagSeconds.set({ stage }, seconds);
    }
  }
}

function gaugesIn(registry: Registry) {
  const registers = [registry];
  return {
    lagEvents: new Gauge({
      name: 'rollbook_stage_lag_events',
      help: 'Events that the stage before has and this one has not: published = log to Kafka, projected = Kafka to the live read model',
      labelNames: ['stage'] as const,
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'rollbook_stage_lag_seconds',
      help: 'Age of the oldest event that the stage before has and this one has not; 0 when there is none',
      labelNames: ['stage'] as const,
      registers,
    }),
    generation: new Gauge({
      name: 'rollbook_projector_generation',
      help: 'Generations of the read model that this process follows: live, building (a rebuild), or retired (until it is dropped)',
      labelNames: ['generation', 'state'] as const,
      registers,
    }),
    state: new Gauge({
      name: 'rollbook_projector_consumer_state',
      help: '1 for the state that the consumer of a generation is in: joining, consuming, paused (waits and goes on by itself) or stopped (restart the process)',
      labelNames: ['generation', 'state'] as const,
      registers,
    }),
    partitions: new Gauge({
      name: 'rollbook_projector_partitions',
      help: 'Partitions of the topic of events that this process consumes',
      labelNames: ['generation'] as const,
      registers,
    }),
    position: new Gauge({
      name: 'rollbook_projector_position',
      help: 'Position of the last event of a partition that is in the read model, for the partitions of this process',
      labelNames: ['generation', 'partition'] as const,
      registers,
    }),
  };
}
