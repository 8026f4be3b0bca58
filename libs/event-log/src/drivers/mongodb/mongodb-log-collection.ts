import type { ClientSession, Timestamp } from 'mongodb';
import type { LogConnection } from './connect-log.js';
import { failureOf, readFailure } from './failures.js';
import type { LogCollection } from './log-collection.js';
import { endOf, type Tail } from './log-document.js';

/** Positions after the known end that are looked for first, and then, while the log goes on and on. */
const FIRST_LOOK = 16;
const NEXT_LOOKS = [128, 500];

const TAIL = { _id: 1, count: 1, commit: 1 } as const;

/**
 * The narrow port on MongoDB. Every operation is causally after all that this process has been answered, so a server
 * that has not heard of that, such as a primary cut off, cannot answer from the past.
 */
export function mongodbLogCollection({ client, log, format }: LogConnection): LogCollection {
  let answered: Timestamp | null = null;

  const inSession = async <T>(use: (session: ClientSession) => Promise<T>): Promise<T> => {
    const session = client.startSession({ causalConsistency: true });
    if (answered !== null) session.advanceOperationTime(answered);
    try {
      return await use(session);
    } finally {
      const time = session.operationTime;
      if (time !== undefined && (answered === null || time.greaterThan(answered))) answered = time;
      await session.endSession();
    }
  };

  const read = async <T>(doing: string, use: (session: ClientSession) => Promise<T>): Promise<T> => {
    try {
      return await inSession(use);
    } catch (error) {
      throw readFailure(error, doing);
    }
  };

  return {
    async insertOrdered(documents) {
      try {
        const result = await inSession((session) =>
          log.insertMany([...documents], { ordered: true, session }),
        );
        if (result.acknowledged && result.insertedCount === documents.length) return { acknowledged: true };
        return { acknowledged: false, because: 'not all of it was acknowledged', full: false };
      } catch (error) {
        return { acknowledged: false, ...failureOf(error) };
      }
    },

    findByCommits: (commits) =>
      read('reading a stream', (session) =>
        log.find({ commit: { $in: [...commits] } }, { session, batchSize: commits.length + 1 }).toArray(),
      ),

    findByPositions: (positions) =>
      read('reading the log', (session) =>
        log.find({ _id: { $in: [...positions] } }, { session, batchSize: positions.length + 1 }).toArray(),
      ),

    tail: (known) =>
      read('reading the end of the log', async (session) => {
        const newest = async (): Promise<Tail | null> =>
          log.findOne({}, { projection: TAIL, sort: { _id: -1 }, session });
        if (known === null) return { tail: await newest(), continued: true };
        let last = known;
        for (const look of [FIRST_LOOK, ...NEXT_LOOKS]) {
          const positions = [last._id, ...Array.from({ length: look }, (_, i) => endOf(last) + 1 + i)];
          const found: Tail[] = await log
            .find({ _id: { $in: positions } }, { projection: TAIL, session, batchSize: look + 2 })
            .toArray();
          const byPosition = new Map(found.map((document) => [document._id, document]));
          if (byPosition.get(last._id)?.commit !== last.commit)
            return { tail: await newest(), continued: false };
          const before = last;
          for (let next = byPosition.get(endOf(last) + 1); next; next = byPosition.get(endOf(last) + 1))
            last = next;
          if (endOf(last) < endOf(before) + look) return { tail: last, continued: true }; // the next one was looked for
        }
        return { tail: await newest(), continued: true };
      }),

    confirm: () =>
      read('confirming the primary', async (session) => {
        await format.updateOne({ _id: 'log' }, { $inc: { confirmations: 1 } }, { session });
      }),
  };
}
