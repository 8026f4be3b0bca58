import { isNetworkFailure } from '@rollbook/event-log';
import { type Collection, type Connection, createConnection, type Model } from 'mongoose';
import { ReadModelsUnavailable } from '../read-models.js';
import { firstRecord, type ModelsRecord, type Transition } from './models-record.js';
import {
  checkpointSchema,
  clientSchema,
  modelsSchema,
  parkedSchema,
  reportSchema,
  type StoredCheckpoint,
  type StoredParked,
  type StoredReport,
} from './schemas.js';
import type { StoredClient } from './stored-client.js';

const SERVER_SELECTION_MS = 2000;
/** A server that does not answer its heartbeat for so long is away, and with it what waits for its answer. */
const CONNECT_MS = 5000;
/** No single answer takes so long, but for an index of many documents, which is asked for again. */
const SOCKET_MS = 60_000;
/** Changes of the record are rare; so many in a row are lost only when something is wrong. */
const CHANGE_TRIES = 50;
/** Collections that belong to one generation. */
const OF_A_GENERATION = /^(?:clients|parked|checkpoints)_(\d+)$/;

export type GenerationCollections = {
  generation: number;
  clients: Model<StoredClient>;
  parked: Model<StoredParked>;
  checkpoints: Model<StoredCheckpoint>;
  /** The same collections without mongoose in between: documents that `project` gave need no casting. */
  bulk: {
    clients: Collection<StoredClient>;
    parked: Collection<StoredParked>;
    checkpoints: Collection<StoredCheckpoint>;
  };
};

/**
 * The collections of the read models, on a connection of their own. Whatever the URL says: writes are acknowledged by
 * the majority and journalled, reads go to the primary and see what the majority has.
 */
export class ModelsDatabase {
  readonly #connection: Connection;
  readonly #generations = new Map<number, GenerationCollections>();
  readonly #models: Model<ModelsRecord>;
  readonly reports: Model<StoredReport>;

  private constructor(connection: Connection) {
    this.#connection = connection;
    this.#models = connection.model<ModelsRecord>('models', modelsSchema, 'models');
    this.reports = connection.model<StoredReport>('projectors', reportSchema, 'projectors');
  }

  /** Connects, and makes the record of an empty database. Rejects with `ReadModelsUnavailable`. */
  static open({ url, database }: { url: string; database: string }): Promise<ModelsDatabase> {
    return reachable(async () => {
      const connection = createConnection(url, {
        dbName: database,
        // Both spellings of each: the URL may use either.
        writeConcern: { w: 'majority', journal: true },
        w: 'majority',
        journal: true,
        readConcern: { level: 'majority' },
        readConcernLevel: 'majority',
        readPreference: 'primary',
        serverSelectionTimeoutMS: SERVER_SELECTION_MS,
        connectTimeoutMS: CONNECT_MS,
        socketTimeoutMS: SOCKET_MS,
        autoIndex: false,
        autoCreate: false,
        // A database that is away is said at once, not when a queue of operations runs over.
        bufferCommands: false,
      });
      try {
        await connection.asPromise();
        const opened = new ModelsDatabase(connection);
        await opened.#makeRecord();
        return opened;
      } catch (error) {
        await connection.close();
        throw error;
      }
    });
  }

  /** The collections of a generation, whether they exist or not. */
  generation(generation: number): GenerationCollections {
    const known = this.#generations.get(generation);
    if (known !== undefined) return known;
    const clients = `clients_${generation}`;
    const parked = `parked_${generation}`;
    const checkpoints = `checkpoints_${generation}`;
    const connection = this.#connection;
    const collections: GenerationCollections = {
      generation,
      clients: connection.model<StoredClient>(clients, clientSchema, clients),
      parked: connection.model<StoredParked>(parked, parkedSchema, parked),
      checkpoints: connection.model<StoredCheckpoint>(checkpoints, checkpointSchema, checkpoints),
      bulk: {
        clients: connection.collection<StoredClient>(clients),
        parked: connection.collection<StoredParked>(parked),
        checkpoints: connection.collection<StoredCheckpoint>(checkpoints),
      },
    };
    this.#generations.set(generation, collections);
    return collections;
  }

  async record(): Promise<ModelsRecord> {
    const record = await this.#models.findById('clients').lean<ModelsRecord>();
    if (record === null) throw new ReadModelsUnavailable('the record of the models is gone');
    return record;
  }

  /** Applies a transition by compare-and-set. Null: there was nothing to change. What the transition throws, this throws. */
  async change(transition: Transition): Promise<ModelsRecord | null> {
    for (let tries = 0; tries < CHANGE_TRIES; tries++) {
      const record = await this.record();
      const next = transition(record);
      if (next === null) return null;
      next.revision = record.revision + 1;
      const { _id, revision } = record;
      const { matchedCount } = await this.#models.replaceOne({ _id, revision }, next);
      if (matchedCount === 1) return next;
    }
    throw new ReadModelsUnavailable('the record of the models changed under every attempt to change it');
  }

  /** Makes the indexes that lists need; what is there is left as it is. */
  async makeIndexes(generation: number): Promise<void> {
    await this.generation(generation).clients.createIndexes();
  }

  /** Drops the collections of these generations, and of any that the record does not know and that is older than its newest. */
  async drop(generations: readonly number[], record: ModelsRecord): Promise<void> {
    const known = new Set(record.generations.map(({ generation }) => generation));
    for (const { name } of await this.#connection.listCollections()) {
      const generation = Number(OF_A_GENERATION.exec(name)?.[1] ?? Number.NaN);
      const left = generation <= record.newest && !known.has(generation);
      if (!left && !generations.includes(generation)) continue;
      await this.#connection.dropCollection(name);
      this.#forget(generation);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #forget(generation: number): void {
    if (!this.#generations.delete(generation)) return;
    for (const name of ['clients', 'parked', 'checkpoints']) {
      this.#connection.deleteModel(`${name}_${generation}`);
    }
  }

  async #makeRecord(): Promise<void> {
    const { _id, ...first } = firstRecord(new Date().toISOString());
    try {
      await this.#models.updateOne({ _id }, { $setOnInsert: first }, { upsert: true });
    } catch (error) {
      // Another process has just made it.
      if (!isDuplicate(error)) throw error;
    }
  }
}

/** The error of a write whose key exists. */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === DUPLICATE_KEY;
const DUPLICATE_KEY = 11000;

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Runs what asks the database, and gives its failures (not what else goes wrong) as `ReadModelsUnavailable`. */
export async function reachable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // Errors of the driver and of mongoose begin like that. Their texts name hosts, never credentials, but stay inside.
    if (error instanceof Error && (error.name.startsWith('Mongo') || isNetworkFailure(error))) {
      throw new ReadModelsUnavailable(`the database does not answer (${error.name})`, { cause: error });
    }
    throw error;
  }
}
