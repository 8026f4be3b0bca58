import type { HealthRegistry } from '@rollbook/platform';
import { PUBLISHERS, type Publishing } from './publishing.js';

/**
 * The death of a publisher's loop speaks against the process (design §8): a living, idle process is a failure. One that
 * waits for Kafka does not, and neither speaks against registrations.
 */
export function addPublishingHealth(health: HealthRegistry, publishing: Publishing): void {
  for (const name of PUBLISHERS) {
    health.add('live', `publisher of ${name}`, () =>
      publishing.status(name).state === 'stopped' ? `the publisher of ${name} has stopped` : null,
    );
  }
}
