import type { PublisherState, PublisherStatus } from '@rollbook/event-relay';
import { type Publishing, publishingOf, PUBLISHERS } from '../src/publishing/publishing.js';

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
  const each = <T>(one: T) => Object.fromEntries(PUBLISHERS.map((name) => [name, one]));
  return publishingOf(
    each({ status }) as Parameters<typeof publishingOf>[0],
    each({ read: async () => ({ position: await published(), partitions: [] }) }) as Parameters<
      typeof publishingOf
    >[1],
  );
}
