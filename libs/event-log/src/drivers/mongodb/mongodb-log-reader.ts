import type { EventLogReader } from '../../event-log.js';
import { LogUnavailable } from '../../refusals.js';
import { connectLog, type LogLocation } from './connect-log.js';
import { requireLog } from './ensure-log.js';
import { HeadFollower } from './head-follower.js';
import { logReads } from './log-reads.js';
import { LogTail } from './log-tail.js';
import { mongodbLogCollection } from './mongodb-log-collection.js';
import { StreamPlaces } from './stream-places.js';
import { systemClock } from './system-clock.js';

/** Reading and waiting, for a process that appends nothing. */
export type FollowingReader = EventLogReader & {
  /** The head, once it is above `position`. Rejects with the signal's reason when that comes first. */
  waitAfter(position: number, signal: AbortSignal): Promise<number>;
};

/**
 * Opens the log for reading. A database without one is an empty log that may begin later.
 *
 * @throws LogDamaged, LogUnavailable with one sentence
 */
export async function openMongodbReader(location: LogLocation): Promise<FollowingReader> {
  const connection = await connectLog(location);
  const collection = mongodbLogCollection(connection);
  const places = new StreamPlaces(collection);
  const follower = new HeadFollower(systemClock, () => tail.read());
  const tail: LogTail = new LogTail(collection, systemClock, {
    restored(head) {
      places.clear();
      follower.lost(head);
    },
  });
  const reads = logReads({ collection, places, tail });
  try {
    await requireLog(connection);
  } catch (error) {
    await connection.client.close();
    throw error;
  }
  let closed = false;
  const whileOpen = (): void => {
    if (closed) throw new LogUnavailable('closed', 'the event log is closed');
  };
  return {
    async readStream(streamId, page) {
      whileOpen();
      return reads.readStream(streamId, page);
    },
    async readAll(page) {
      whileOpen();
      return reads.readAll(page);
    },
    async head() {
      whileOpen();
      return tail.read();
    },
    waitAfter: (position, signal) => follower.wait(position, signal),
    async close() {
      if (closed) return;
      closed = true;
      follower.close(new LogUnavailable('closed', 'the event log is closed'));
      await connection.client.close();
    },
  };
}
