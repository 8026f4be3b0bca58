import type { EventLog, StoredEvent } from '../../event-log.js';
import type { LogLocation } from './connect-log.js';
import type { Imported } from './import-events.js';
import type { MongodbLogExtras, MongodbLogOptions } from './mongodb-event-log.js';
import type { FollowingReader } from './mongodb-log-reader.js';

// The only way to the MongoDB driver from outside: each loads it when it is called, so that who runs without MongoDB
// does not wait for it.

/**
 * Opens the log in a MongoDB database, making it where there is none (design §4). What it guarantees is in the README
 * beside this file.
 *
 * @throws LogDamaged, LogUnavailable with one sentence
 */
export async function openMongodbEventLog(options: MongodbLogOptions): Promise<EventLog & MongodbLogExtras> {
  const { openMongodbLog } = await import('./mongodb-event-log.js');
  return openMongodbLog(options);
}

/**
 * Opens the log of a MongoDB database for reading. A database without one is an empty log that may begin later.
 *
 * @throws LogDamaged, LogUnavailable with one sentence
 */
export async function openMongodbLogReader(location: LogLocation): Promise<FollowingReader> {
  const { openMongodbReader } = await import('./mongodb-log-reader.js');
  return openMongodbReader(location);
}

/**
 * Puts events that a restored database has lost back at exactly their positions, at most once (design §8); each
 * becomes a commit of its own. Safe to repeat, and to stop anywhere.
 *
 * @param options.events in position order without a gap, the first at most one after the log's head; events that the
 *   log still has may be among them and are compared
 * @throws ImportRefused when an event differs from what stands at its position, or does not continue log and stream
 * @throws LogDamaged, LogUnavailable
 */
export async function importEvents(
  options: LogLocation & {
    events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>;
    onProgress?: (progress: Imported) => void;
  },
): Promise<Imported> {
  const { importMongodbEvents } = await import('./import-mongodb-events.js');
  return importMongodbEvents(options);
}
