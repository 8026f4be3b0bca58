import { LogUnavailable } from '@rollbook/event-log';
import type { PublishedPositions, Publisher, PublisherStatus } from '@rollbook/event-relay';

/** The publishers (design §7): of every event, and of the state of every client. */
export const PUBLISHERS = ['events', 'states'] as const;
export type PublisherName = (typeof PUBLISHERS)[number];

/** Publishing to Kafka as operators see it through any process. */
export type Publishing = {
  /**
   * Up to which position everything is on Kafka, whichever process published it.
   *
   * @throws LogUnavailable while the database does not answer
   */
  published(name: PublisherName): Promise<number>;
  /** What the publisher of this process is doing; one process at a time publishes, the others stand by. */
  status(name: PublisherName): PublisherStatus;
};

/** The positions that the publishers of all processes store. */
export type StoredPositions = { read(): Promise<PublishedPositions> };

/** {@link Publishing} over the publishers of this process and the positions that all of them store. */
export function publishingOf(
  publishers: Readonly<Record<PublisherName, Pick<Publisher, 'status'>>>,
  positions: Readonly<Record<PublisherName, StoredPositions>>,
): Publishing {
  return {
    published: async (name) => {
      try {
        return (await positions[name].read()).position;
      } catch (cause) {
        throw new LogUnavailable('storage', 'the positions of the publishers cannot be read', { cause });
      }
    },
    status: (name) => publishers[name].status(),
  };
}
