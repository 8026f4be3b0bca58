import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient, MongoServerError, ReadConcern } from 'mongodb';
import type { KeyRow } from '../derive.js';
import type { MasterKeyRow, MasterKeyRows } from '../master-keys.js';

/** How long a call waits for a server that can take it. */
const SELECT_SERVER_MS = 2_000;
/** How long a majority may take to make a batch durable; then its keys are given to nobody. */
const MAJORITY_WITHIN_MS = 3_000;
/** A connection that says nothing for so long is dead. */
const SOCKET_SILENT_MS = 4_000;
/** Between two looks for what another process is adding, until a majority has it. */
const ADDED_ELSEWHERE_PAUSE_MS = 50;

const DUPLICATE_KEY = 11_000;
const NAMESPACE_EXISTS = 48;

// Octets go in and come out as `Buffer` (`promoteBuffers`); the server keeps them as binary data.
type KeyDocument = { _id: Buffer; salt: Buffer; masterKeyId: number };
/** `_id` is the id, so that of several processes one adds it; `predecessor` lies here, so that one insert is all. */
type MasterKeyDocument = { _id: number; checkValue: Buffer; wrappedPredecessor: Buffer | null };

/** The rows of the key store's database, for any number of processes. */
export type KeyCollections = MasterKeyRows & {
  /** Durable by a majority when it resolves; when it rejects, some may be there, and none may be given away. */
  insert(rows: readonly KeyRow[]): Promise<void>;
  find(kid: Buffer): Promise<KeyRow | null>;
  close(): Promise<void>;
};

/**
 * Connects, and makes the collections if need be. Nothing but `_id` is ever looked up, so there are no other indexes.
 *
 * @throws Error of the driver
 */
export async function openKeyCollections(url: string, database: string): Promise<KeyCollections> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: SELECT_SERVER_MS,
    connectTimeoutMS: SELECT_SERVER_MS,
    socketTimeoutMS: SOCKET_SILENT_MS,
    // Registrations wait for keys: an insert that hangs must not begin once more by itself.
    retryWrites: false,
    promoteBuffers: true,
  });
  // A key that could be rolled back could not be found again, so these hold whatever the URL says.
  const db = client.db(database, {
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: MAJORITY_WITHIN_MS },
    readConcern: new ReadConcern('majority'),
    readPreference: 'primary',
  });
  const keys = db.collection<KeyDocument>('keys');
  const masterKeys = db.collection<MasterKeyDocument>('masterKeys');
  try {
    await client.connect();
    for (const { collectionName } of [keys, masterKeys]) {
      await db.createCollection(collectionName).catch(unless(NAMESPACE_EXISTS));
    }
  } catch (error) {
    await client.close();
    throw error;
  }
  return {
    insert: async (rows) => {
      await keys.insertMany(
        rows.map(({ kid, salt, masterKeyId }) => ({ _id: kid, salt, masterKeyId })),
        { ordered: false },
      );
    },
    find: async (kid) => {
      const found = await keys.findOne({ _id: kid });
      return found && { kid: found._id, salt: found.salt, masterKeyId: found.masterKeyId };
    },
    masterKeys: async () => rowsOf(await masterKeys.find().toArray()),
    addMasterKey: async ({ id, checkValue, predecessor }) => {
      try {
        await masterKeys.insertOne({
          _id: id,
          checkValue,
          wrappedPredecessor: predecessor?.wrapped ?? null,
        });
      } catch (error) {
        unless(DUPLICATE_KEY)(error);
        await delay(ADDED_ELSEWHERE_PAUSE_MS);
      }
    },
    close: () => client.close(),
  };
}

function rowsOf(documents: MasterKeyDocument[]): MasterKeyRow[] {
  const sorted = documents.sort((one, other) => one._id - other._id);
  return sorted.map(({ _id, checkValue }, at) => ({
    id: _id,
    checkValue,
    wrappedByNext: sorted[at + 1]?.wrappedPredecessor ?? null,
  }));
}

/** Lets one code of the server pass. */
const unless =
  (code: number) =>
  (error: unknown): void => {
    if (!(error instanceof MongoServerError) || error.code !== code) throw error;
  };
