import { Counter, DURATION_BUCKETS, Histogram, type Registry } from '@rollbook/platform';
import type { AppliedRun } from '../consume/take-batch.js';

/** What has happened since the start, by generation. */
export class BatchCounters {
  readonly #counters: ReturnType<typeof countersIn>;
  readonly #seconds: Histogram<'generation'>;

  constructor(registry: Registry) {
    this.#counters = countersIn(registry);
    this.#seconds = new Histogram({
      name: 'rollbook_projector_batch_seconds',
      help: 'Time from a batch of events to its documents and its checkpoint in the database',
      labelNames: ['generation'],
      buckets: DURATION_BUCKETS,
      registers: [registry],
    });
  }

  /** From now on every counter of a generation is there, with 0: one that appears with its first event has no rate. */
  begin(generation: number): void {
    for (const counter of Object.values(this.#counters)) counter.inc({ generation: String(generation) }, 0);
  }

  applied(generation: number, run: AppliedRun): void {
    const label = { generation: String(generation) };
    this.#seconds.observe(label, run.seconds);
    const { documents, events, lostRaces, missedEvents, parked, redelivered, repairedGaps, skipped } =
      this.#counters;
    events.inc(label, run.events);
    documents.inc(label, run.documents);
    redelivered.inc(label, run.redelivered);
    skipped.inc(label, run.skippedEvents);
    repairedGaps.inc(label, run.repairedGaps);
    missedEvents.inc(label, run.missedEvents);
    lostRaces.inc(label, run.lostRaces);
    parked.inc(label, run.parked.length);
  }

  count(what: 'rebalances' | 'restarts' | 'unreadable', generation: number, howMany = 1): void {
    this.#counters[what].inc({ generation: String(generation) }, howMany);
  }
}

function countersIn(registry: Registry) {
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['generation'] as const, registers: [registry] });
  return {
    events: counter('rollbook_projector_events_total', 'Events taken into the read model'),
    documents: counter('rollbook_projector_documents_total', 'Documents written'),
    redelivered: counter(
      'rollbook_projector_redelivered_total',
      'Events that Kafka delivered again and that were passed over',
    ),
    skipped: counter('rollbook_projector_skipped_total', 'Events skipped because their client is parked'),
    parked: counter(
      'rollbook_projector_parked_total',
      'Clients parked because an event of theirs could not be applied',
    ),
    repairedGaps: counter(
      'rollbook_projector_repaired_gaps_total',
      'Gaps between the versions of a client that were closed from the log',
    ),
    missedEvents: counter(
      'rollbook_projector_missed_events_total',
      'Events that were not on Kafka where the next one says they should be, and were taken from the log',
    ),
    lostRaces: counter(
      'rollbook_projector_lost_races_total',
      'Chunks folded again because another process wrote their documents, or some in the same request, first',
    ),
    unreadable: counter(
      'rollbook_projector_unreadable_records_total',
      'Records on the topic of events that are none of ours, passed over',
    ),
    rebalances: counter(
      'rollbook_projector_rebalances_total',
      'Times that the consumer group was divided anew',
    ),
    restarts: counter('rollbook_projector_restarts_total', 'Kafka clients that failed and were replaced'),
  };
}
