import type { EventLog, StoredEvent } from '../../event-log.js';
import { LogDamaged, LogUnavailable } from '../../refusals.js';
import type { LogCollection } from './log-collection.js';
import { commitKey, endOf, eventsOf, readCommitKey, type LogDocument } from './log-document.js';
import { type LogTail, restoredLog } from './log-tail.js';
import { type StreamPlaces, WINDOW } from './stream-places.js';

/** Positions that are asked for at once. */
const POSITIONS = 500;

type Parts = { collection: LogCollection; places: StreamPlaces; tail: LogTail };

/**
 * Reads the log by unique keys only: a stream by its commits, the log by its positions, both being dense. So every
 * read is fast on any server, and finds a hole if there should be one.
 */
export function logReads({
  collection,
  places,
  tail,
}: Parts): Pick<EventLog, 'readStream' | 'readAll' | 'requireWhole'> {
  /** Number of the commit that holds the event after a version, or would. */
  const commitAfter = async (streamId: string, version: number): Promise<number | null> => {
    const newest = places.newest(streamId);
    if (version === 0) return 1;
    if (newest.version === version) return newest.n + 1;
    const next = await places.after(streamId, version);
    if (next.kind === 'short') return null;
    return next.kind === 'free' ? next.n : readCommitKey(next.document.commit).n;
  };

  /** Documents from a position on, in order, the first beginning there. */
  const documentsFrom = async (position: number, count: number): Promise<LogDocument[]> => {
    const positions = Array.from({ length: count }, (_, i) => position + i);
    return (await collection.findByPositions(positions)).sort((a, b) => a._id - b._id);
  };

  /** Where the last page ended, when that was inside a document: documents never change. */
  let cut: LogDocument | null = null;

  /** The document that holds a position without beginning there. */
  const documentAround = async (position: number): Promise<LogDocument> => {
    for (let before = position - 1; before > 0; before -= POSITIONS) {
      const first = Math.max(1, before - POSITIONS + 1);
      const document = (await documentsFrom(first, before - first + 1)).at(-1);
      if (document === undefined) continue;
      if (endOf(document) >= position) return document;
      break;
    }
    // the log is known to reach further: either an answer older than that, or a hole
    if ((await tail.read()) >= position) throw new LogDamaged(`position ${position} of the log is missing`);
    throw new LogUnavailable('storage', `the log does not reach position ${position} any more`);
  };

  /** A log that lost its end cannot tell an unknown client from one whose registration it lost (design §8). */
  const requireWhole = async (): Promise<void> => {
    if (tail.isDoubtful) await tail.read();
    if (tail.restored !== null) throw restoredLog(tail.restored);
  };

  return {
    requireWhole,

    async readStream(streamId, { afterVersion = 0, limit = Infinity } = {}) {
      const events: StoredEvent[] = [];
      const from = await commitAfter(streamId, afterVersion);
      if (from === null) return [];
      for (let n = from; events.length < limit; n += WINDOW) {
        const keys = Array.from({ length: WINDOW }, (_, i) => commitKey(streamId, n + i));
        const documents = (await collection.findByCommits(keys)).sort((a, b) => a._id - b._id);
        for (const document of documents) {
          places.note(document);
          events.push(...eventsOf(document).filter(({ streamVersion }) => streamVersion > afterVersion));
        }
        if (documents.length < WINDOW) break;
      }
      if (events.length === 0 && afterVersion === 0) await requireWhole();
      return events.length > limit ? events.slice(0, limit) : events;
    },

    async readAll({ after, limit }) {
      const events: StoredEvent[] = [];
      if (after >= tail.head && after >= (await tail.read())) return events;
      for (let next = after + 1; events.length < limit && next <= tail.head;) {
        const from = next;
        const documents =
          cut !== null && cut._id < from && from <= endOf(cut)
            ? [cut]
            : await documentsFrom(from, Math.min(POSITIONS, limit - events.length, tail.head - from + 1));
        if ((documents[0]?._id ?? Infinity) > from) documents.unshift(await documentAround(from));
        for (const document of documents) {
          // a page that began inside a document was asked for further than that document's end
          if (document._id > next || events.length >= limit) break;
          events.push(...eventsOf(document).filter(({ position }) => position >= from));
          next = endOf(document) + 1;
          cut = events.length > limit ? document : null;
        }
      }
      return events.length > limit ? events.slice(0, limit) : events;
    },
  };
}
