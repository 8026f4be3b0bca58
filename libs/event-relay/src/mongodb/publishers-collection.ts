import { type Collection, MongoClient } from 'mongodb';
import type { PublishersDatabase } from '../connection.js';

const NAME = 'publishers';
/** The log's bound: who cannot reach the database says so soon. */
const SERVER_SELECTION_MS = 2_000;
const SOCKET_TIMEOUT_MS = 10_000;

/** Documents of the collection: the position of a publisher (`events`) and whose turn it is (`events/turn`). */
export type PublisherDocument = {
  _id: string;
  /** Positions: everything up to here is published. */
  position?: number;
  /** By partition: position of the last event up to `position`, and offset of its record. */
  partitions?: Record<string, number>;
  offsets?: Record<string, number>;
  /** Turn: the process that has it (null: nobody), and how often it said so. */
  holder?: string | null;
  beats?: number;
};

export type PublishersCollection = { documents: Collection<PublisherDocument>; close(): Promise<void> };

/** Opens the collection with its own connections; what the URL says about concerns does not count (design §4). */
export function openPublishersCollection({ url, database }: PublishersDatabase): PublishersCollection {
  const client = new MongoClient(url, {
    appName: 'rollbook-publisher',
    maxPoolSize: 4,
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    socketTimeoutMS: SOCKET_TIMEOUT_MS,
    ignoreUndefined: true,
  });
  const documents = client.db(database).collection<PublisherDocument>(NAME, {
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority' },
  });
  return { documents, close: () => client.close() };
}
