import { Counter, Gauge, type Registry } from '@rollbook/platform';
import type { PublisherState, PublisherStatus } from '@rollbook/event-relay';
import { lagOf } from '../admin/lag.js';
import type { RegistrationApiParts } from '../parts.js';
import { PUBLISHERS, type Publishing } from '../publishing/publishing.js';

const STATES: readonly PublisherState[] = ['publishing', 'standby', 'waiting', 'stopped'];

/** What a publisher of this process counts, and under which name and meaning it is shown. */
const COUNTED: readonly { field: 'batches' | 'events' | 'resends'; name: string; help: string }[] = [
  {
    field: 'batches',
    name: 'rollbook_publisher_batches_total',
    help: 'Sends of this process that Kafka acknowledged whole',
  },
  {
    field: 'events',
    name: 'rollbook_publisher_events_total',
    help: 'Events in the sends of this process that Kafka acknowledged whole',
  },
  {
    field: 'resends',
    name: 'rollbook_publisher_resends_total',
    help: 'Sends of this process without a whole answer, so that what they carried was sent again',
  },
];

/** How far the publishers are behind the log, whoever publishes, and what those of this process do. */
export function publishingGauges(registry: Registry, publishing: Publishing) {
  const registers = [registry];
  const labelNames = ['publisher'] as const;
  const position = new Gauge({
    name: 'rollbook_published_position',
    help: 'Everything up to this position is on Kafka',
    labelNames,
    registers,
  });
  const lagEvents = new Gauge({
    name: 'rollbook_published_lag_events',
    help: 'Events between the head of the log and what is on Kafka',
    labelNames,
    registers,
  });
  const lagSeconds = new Gauge({
    name: 'rollbook_published_lag_seconds',
    help: 'Age of the oldest event that is not on Kafka yet; 0 when all are',
    labelNames,
    registers,
  });
  addOwnPublishers(registry, publishing);
  return {
    async read({ log, clock }: RegistrationApiParts): Promise<void> {
      for (const publisher of PUBLISHERS) {
        const published = await publishing.published(publisher);
        const lag = await lagOf(log, published, clock());
        position.set({ publisher }, published);
        lagEvents.set({ publisher }, lag.head - lag.position);
        lagSeconds.set({ publisher }, lag.lagSeconds);
      }
    },
    forget(): void {
      for (const gauge of [position, lagEvents, lagSeconds]) gauge.reset();
    },
  };
}

/** These need no database. */
function addOwnPublishers(registry: Registry, publishing: Publishing): void {
  const registers = [registry];
  const state: Gauge<'publisher' | 'state'> = new Gauge({
    name: 'rollbook_publisher_state',
    help: '1 for what the publisher of this process is doing; one process publishes, the others stand by',
    labelNames: ['publisher', 'state'],
    registers,
    collect: () => {
      for (const publisher of PUBLISHERS) {
        const now = publishing.status(publisher).state;
        for (const one of STATES) state.set({ publisher, state: one }, one === now ? 1 : 0);
      }
    },
  });
  for (const { field, name, help } of COUNTED) {
    const counter: Counter<'publisher'> = new Counter({
      name,
      help,
      labelNames: ['publisher'],
      registers,
      collect: () => {
        counter.reset();
        for (const publisher of PUBLISHERS) {
          const status: PublisherStatus = publishing.status(publisher);
          counter.inc({ publisher }, status[field]);
        }
      },
    });
  }
}
