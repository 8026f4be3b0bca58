import { LogUnavailable } from '@rollbook/event-log';
import type { PublisherState } from '@rollbook/event-relay';
import { HealthRegistry } from '@rollbook/platform';
import { addPublishingHealth } from '../publishing/publishing-health.js';
import { publishingIn } from '../../testing/publishing.js';
import { addStorageHealth } from './storage-health.js';

const failing = async (health: HealthRegistry, kind: 'live' | 'ready') =>
  (await health.report(kind)).failing.map(({ reason }) => reason);

describe('design §12 · ready as soon as a registration would be accepted', () => {
  test.each<[string, () => Promise<number>, { seen: number; tail: number } | null, string[]]>([
    ['the database answers', async () => 7, null, []],
    [
      'it does not',
      () => Promise.reject(new LogUnavailable('storage', 'no server')),
      null,
      ['the database does not answer'],
    ],
    [
      'design §8 · it was restored',
      async () => 7,
      { seen: 9, tail: 7 },
      ['the database was restored to an earlier state'],
    ],
  ])('%s', async (_claim, head, restored, reasons) => {
    const health = new HealthRegistry();
    addStorageHealth(health, { head, restored: () => restored });
    expect([await failing(health, 'ready'), await failing(health, 'live')]).toEqual([reasons, []]);
  });
});

describe('design §8 · the death of a publisher shows in /health/live, an outage of Kafka nowhere', () => {
  test.each<[PublisherState, string[]]>([
    ['publishing', []],
    ['standby', []],
    ['waiting', []],
    ['stopped', ['the publisher of events has stopped', 'the publisher of states has stopped']],
  ])('%s', async (state, reasons) => {
    const health = new HealthRegistry();
    addPublishingHealth(health, publishingIn(state));
    expect([await failing(health, 'live'), await failing(health, 'ready')]).toEqual([reasons, []]);
  });
});
