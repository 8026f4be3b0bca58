import { MongoClient, ReadConcern, type Collection, type MongoClientOptions } from 'mongodb';
import { LogUnavailable } from '../../refusals.js';
import { readFailure } from './failures.js';
import type { LogDocument } from './log-document.js';

/** Where the log is: the URL of the server or cluster, and the name of the database. */
export type LogLocation = { url: string; database: string };

/** Identifies the collection: its format, and a counter to write to (design §4). */
export type FormatDocument = { _id: 'log'; format: number; confirmations: number };

export type LogConnection = {
  client: MongoClient;
  log: Collection<LogDocument>;
  format: Collection<FormatDocument>;
};

/** How long a server may take to acknowledge by majority, and to answer at all, before the answer is unclear. */
const MAJORITY_MS = 3_000;
const ANSWER_MS = 4_000;

/**
 * What the protocol rests on (design §4), whatever the URL says. Retries are the protocol's own: each of its attempts
 * is settled by reading.
 */
const CONCERNS = {
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: MAJORITY_MS },
  readConcern: new ReadConcern('majority'),
  readPreference: 'primary',
  retryWrites: false,
} as const;

const SETTINGS: MongoClientOptions = {
  ...CONCERNS,
  retryReads: true,
  appName: 'rollbook-log',
  serverSelectionTimeoutMS: 2_000,
  connectTimeoutMS: 2_000,
  socketTimeoutMS: ANSWER_MS,
  waitQueueTimeoutMS: ANSWER_MS,
  // numbers and texts as JavaScript has them
  promoteLongs: true,
  promoteValues: true,
  useBigInt64: false,
  raw: false,
};

/**
 * Connects, with the settings that the protocol needs.
 *
 * @throws LogUnavailable with a sentence that names no credentials
 */
export async function connectLog(
  { url, database }: LogLocation,
  options: Pick<MongoClientOptions, 'monitorCommands'> = {},
): Promise<LogConnection> {
  const client = openClient(url, options);
  const db = client.db(database, CONCERNS);
  const log = db.collection<LogDocument>('log', CONCERNS);
  const format = db.collection<FormatDocument>('log_format', CONCERNS);
  try {
    for (const collection of [log, format]) assertConcerns(collection);
    await client.connect();
  } catch (error) {
    await client.close();
    throw readFailure(error, 'connecting');
  }
  return { client, log, format };
}

/**
 * Calls `interrupted` before the first answer after a connection was lost. Who was idle meanwhile finds its connection
 * closed when it takes it out, and gets no error.
 */
export function onInterruption(client: MongoClient, interrupted: () => void): void {
  client.on('connectionPoolCleared', interrupted);
  client.on('connectionClosed', ({ reason }) => {
    if (reason === 'error' || reason === 'stale') interrupted();
  });
}

function openClient(url: string, options: MongoClientOptions): MongoClient {
  try {
    return new MongoClient(url, { ...SETTINGS, ...options });
  } catch {
    // the driver's error quotes the URL, credentials included
    throw new LogUnavailable('storage', 'MongoDB: the connection URL is not one that the driver understands');
  }
}

/** @throws Error when the driver would use other settings than the protocol's: a defect, no state of the database */
function assertConcerns(collection: Collection<LogDocument> | Collection<FormatDocument>): void {
  const { writeConcern, readConcern, readPreference } = collection;
  const holds =
    writeConcern?.w === 'majority' &&
    writeConcern.journal === true &&
    readConcern?.level === 'majority' &&
    readPreference?.mode === 'primary';
  if (!holds) throw new Error(`collection ${collection.collectionName} would not use majority concerns`);
}
