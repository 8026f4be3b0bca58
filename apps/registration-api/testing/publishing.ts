import type { PublisherState, PublisherStatus } from '@rollbook/event-relay';
import { type Publishing, publishingOf } from '../src/publishing/publishing.js';

/** Publishers that are in one state, with this much on Kafka. */
export function publishingIn(
  state: PublisherState,
  published: () => Promise<number> = async () => 0,
): Publishing {
  const status = (): PublisherStatus => ({
    state,
    instance: 'a-process',
    position: 0,
    head: 0,
    lag: 0,
    batches: 2,
    events: 30,
    resends: 1,
    lastError: null,
  });
  const read = async () => ({ position: await published(), partitions: [] });
  return publishingOf({ events: { status }, states: { status } }, { events: { read }, states: { read } });
}
