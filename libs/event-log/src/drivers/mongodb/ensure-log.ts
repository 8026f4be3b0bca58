import { MongoServerError } from 'mongodb';
import { LogDamaged } from '../../refusals.js';
import type { LogConnection } from './connect-log.js';
import { readFailure } from './failures.js';

/** How the documents look; a release that reads a new one precedes the one that writes it. */
const FORMAT = 1;

/** MongoDB's error codes: a unique key is taken; an index of that name or with those keys exists, with other options. */
const DUPLICATE_KEY = 11000;
const OTHER_INDEX = [85, 86];

/**
 * Makes the log where there is none, and makes sure that it is one. Any number of processes may do so at once, and
 * again at every start.
 *
 * @throws LogDamaged when the collection is something else, or of a newer format
 * @throws LogUnavailable when the database gives no answer
 */
export async function ensureLog(connection: LogConnection): Promise<void> {
  try {
    await ensureFormat(connection);
    await connection.log.createIndex({ commit: 1 }, { unique: true, name: 'commit' });
  } catch (error) {
    if (error instanceof MongoServerError && OTHER_INDEX.includes(Number(error.code))) {
      throw new LogDamaged('the collection log has another index on commit than a unique one');
    }
    throw readFailure(error, 'preparing the log');
  }
}

/** Makes sure that there is a log of this format, for who only reads. @throws LogDamaged, LogUnavailable */
export async function requireLog({ format }: LogConnection): Promise<void> {
  let found;
  try {
    found = await format.findOne({ _id: 'log' });
  } catch (error) {
    throw readFailure(error, 'opening the log');
  }
  if (found !== null && found.format !== FORMAT) throw otherFormat(found.format);
}

async function ensureFormat({ log, format }: Pick<LogConnection, 'log' | 'format'>): Promise<void> {
  let found = await format.findOne({ _id: 'log' });
  if (found === null) {
    const stranger = await log.findOne({}, { projection: { _id: 1 } });
    // another process may have made the log, and appended, since the first look
    found = await format.findOne({ _id: 'log' });
    if (found === null && stranger !== null) {
      throw new LogDamaged('the collection log holds documents, but no format says that they are a log');
    }
  }
  if (found !== null && found.format !== FORMAT) throw otherFormat(found.format);
  if (found !== null) return;
  try {
    await format.insertOne({ _id: 'log', format: FORMAT, confirmations: 0 });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === DUPLICATE_KEY)) throw error;
    await ensureFormat({ log, format }); // another process was first
  }
}

const otherFormat = (format: unknown): LogDamaged =>
  new LogDamaged(`the log has format ${String(format)}, this release knows format ${FORMAT}`);
