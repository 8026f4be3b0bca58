import type { EventLog, MongodbLogExtras } from '@rollbook/event-log';
import { LogUnavailable } from '@rollbook/event-log';
import type { HealthRegistry } from '@rollbook/platform';

/**
 * Whether the database would take a registration: asked each time, so that a process that gets no registrations notices
 * an outage and its end as well.
 */
export function addStorageHealth(
  health: HealthRegistry,
  log: Pick<EventLog, 'head'> & Pick<MongodbLogExtras, 'restored'>,
): void {
  health.add('ready', 'database', async () => {
    try {
      await log.head();
    } catch (error) {
      if (error instanceof LogUnavailable) return 'the database does not answer';
      throw error;
    }
    return log.restored() === null ? null : 'the database was restored to an earlier state';
  });
}
