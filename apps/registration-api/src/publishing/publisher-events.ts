import type { PublisherEvents } from '@rollbook/event-relay';
import { DURATION_BUCKETS, Histogram, type Logger, type Registry } from '@rollbook/platform';
import type { PublisherName } from './publishing.js';

/** The same failure over and over (Kafka is down for an hour) is said this often, in milliseconds. */
const SAY_AGAIN_MS = 60_000;
/** An outage has many faces, which take turns: another one is said this often. */
const SAY_ANOTHER_MS = 5_000;

/**
 * Makes log lines and a histogram of what publishers tell.
 *
 * @param positionSeen told of every position that is known to have existed
 */
export function publisherTelling(
  logger: Pick<Logger, 'info' | 'warn' | 'error'>,
  registry: Registry,
  positionSeen: (position: number) => void,
  nowMs: () => number = () => performance.now(),
): (name: PublisherName) => PublisherEvents {
  const seconds = new Histogram({
    name: 'rollbook_publish_seconds',
    help: 'From handing a batch to Kafka until it was acknowledged whole',
    labelNames: ['publisher'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return (name) => {
    let said = { reason: '', atMs: Number.NEGATIVE_INFINITY };
    return {
      published: ({ durationSeconds }) => seconds.observe({ publisher: name }, durationSeconds),
      failed: (reason) => {
        const sinceMs = nowMs() - said.atMs;
        if (sinceMs < SAY_ANOTHER_MS || (said.reason === reason && sinceMs < SAY_AGAIN_MS)) return;
        said = { reason, atMs: nowMs() };
        logger.warn({ name }, `publishing to Kafka does not go on: ${reason}`);
      },
      changed: (state) => {
        if (state === 'stopped') logger.info({ name }, 'publisher stopped');
        else if (state !== 'waiting') logger.info({ name }, `publisher: ${state}`);
        // It goes on: a failure after that is a new one.
        if (state === 'publishing') said = { reason: '', atMs: Number.NEGATIVE_INFINITY };
      },
      positionSeen,
    };
  };
}
