import type { EventLog } from '../../event-log.js';
import { LogUnavailable } from '../../refusals.js';
import { Appender, type AppendCounters } from './appender.js';
import { connectLog, type LogLocation, onInterruption } from './connect-log.js';
import { ensureLog } from './ensure-log.js';
import { HeadFollower } from './head-follower.js';
import { logReads } from './log-reads.js';
import { LogTail, type Restored } from './log-tail.js';
import { mongodbLogCollection } from './mongodb-log-collection.js';
import { StreamPlaces } from './stream-places.js';
import { systemClock } from './system-clock.js';

/** Appends that may be under way, when the caller names no number. */
const MAX_IN_FLIGHT = 1_024;
/** How long one append may take: a primary is usually replaced later than that, and callers are told to retry. */
const APPEND_TIME_MS = 5_000;
/** Newest events that a start looks at. */
const CHECKED_AT_START = 100;

export type MongodbLogOptions = LogLocation & {
  /** Appends under way before further ones are refused as busy. */
  maxInFlight?: number;
  /** How long an append may take before it is answered with LogUnavailable. */
  appendTimeMs?: number;
  /** From 0 to 1, for pauses. */
  random?: () => number;
};

export type MongodbLogExtras = {
  counters(): AppendCounters;
  /**
   * Takes note of a position that existed according to someone else (Kafka, a checkpoint). While the log ends below
   * such a position, appends are refused (`restored`, design §8); the next append, or read of the head, finds out.
   */
  notePositionSeen(position: number): void;
  /** Whether the log was found to end before a position that existed. */
  restored(): Restored | null;
};

/**
 * Opens the log in a MongoDB database, making it where there is none. What it guarantees is in the README beside this
 * file.
 *
 * @throws LogDamaged, LogUnavailable with one sentence
 */
export async function openMongodbLog(options: MongodbLogOptions): Promise<EventLog & MongodbLogExtras> {
  const connection = await connectLog(options);
  const collection = mongodbLogCollection(connection);
  const places = new StreamPlaces(collection);
  const follower = new HeadFollower(systemClock, () => tail.read());
  const tail: LogTail = new LogTail(collection, systemClock, {
    restored(head) {
      places.clear();
      follower.lost(head);
    },
  });
  onInterruption(connection.client, () => tail.doubt());
  const reads = logReads({ collection, places, tail });
  try {
    await ensureLog(connection);
    const head = await tail.read();
    await reads.readAll({ after: Math.max(0, head - CHECKED_AT_START), limit: CHECKED_AT_START });
  } catch (error) {
    await connection.client.close();
    throw error;
  }
  const appender = new Appender({
    collection,
    places,
    tail,
    clock: systemClock,
    random: options.random ?? Math.random,
    maxInFlight: options.maxInFlight ?? MAX_IN_FLIGHT,
    appendTimeMs: options.appendTimeMs ?? APPEND_TIME_MS,
    onAppended: (head) => follower.advance(head),
  });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await appender.drain();
    follower.close(new LogUnavailable('closed', 'the event log is closed'));
    await connection.client.close();
  };
  const whileOpen = (): void => {
    if (closing !== null) throw new LogUnavailable('closed', 'the event log is closed');
  };

  return {
    append: (append) => appender.append(append),
    async requireWhole() {
      whileOpen();
      return reads.requireWhole();
    },
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
      const head = await tail.read();
      follower.advance(head);
      return head;
    },
    waitAfter: (position, signal) => follower.wait(position, signal),
    counters: () => appender.counters(),
    notePositionSeen: (position) => tail.notePositionSeen(position),
    restored: () => tail.restored,
    close: () => (closing ??= close()),
  };
}
