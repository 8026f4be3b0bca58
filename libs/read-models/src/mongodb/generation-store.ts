import type { AnyBulkWriteOperation } from 'mongodb';
import type { ClientRecord, FoldedBatch } from '../projection/fold-batch.js';
import { conditionally } from './conditional-bulk.js';
import type { GenerationCollections } from './models-database.js';
import type { StoredCheckpoint, StoredParked } from './schemas.js';
import { documentOf, type StoredClient, storedClient } from './stored-client.js';

/** What does not find what it asks for holds up nothing else. */
export const UNORDERED = { ordered: false } as const;

/** A client as it was loaded; what is written later is compared with it. */
export type LoadedClient = ClientRecord & { skippedTo: number };

/** Reads clients with what parks them. Those that the generation does not know are left out. */
export async function loadClients(
  { clients, parked }: Pick<GenerationCollections, 'clients' | 'parked'>,
  clientIds: readonly string[],
): Promise<Map<string, LoadedClient>> {
  const records = new Map<string, LoadedClient>();
  if (clientIds.length === 0) return records;
  const wanted = { _id: { $in: [...clientIds] } };
  // The two may be of different moments: what comes of it is written only where nothing has changed since.
  const [known, parkedNow] = await Promise.all([
    clients.find(wanted).lean<StoredClient[]>(),
    parked.find(wanted).lean<StoredParked[]>(),
  ]);
  for (const stored of known) {
    records.set(stored._id, {
      firstPosition: stored.firstPosition,
      document: documentOf(stored),
      parked: false,
      skippedTo: 0,
    });
  }
  for (const { _id, skippedTo } of parkedNow) {
    const record = records.get(_id) ?? { firstPosition: 0, document: null };
    records.set(_id, { ...record, parked: true, skippedTo });
  }
  return records;
}

/** The writes of a folded batch. */
export type Writes = {
  clients: AnyBulkWriteOperation<StoredClient>[];
  parked: AnyBulkWriteOperation<StoredParked>[];
};

/**
 * The writes that a batch asks for, each conditional on what was loaded: a document that was not there is inserted, one
 * that was there is replaced at the version that was read. Pure.
 *
 * @param skippedTo position of the last event of the batch that was skipped, per parked client
 */
export function writesOf(
  batch: Pick<FoldedBatch, 'changed' | 'parked' | 'skipped'>,
  loaded: ReadonlyMap<string, LoadedClient>,
  skippedTo: ReadonlyMap<string, number>,
): Writes {
  const writes: Writes = { clients: [], parked: [] };
  for (const { firstPosition, before, document } of batch.changed.values()) {
    const stored = storedClient(document, firstPosition);
    writes.clients.push(
      before === null
        ? { insertOne: { document: stored } }
        : {
            replaceOne: {
              filter: { _id: stored._id, streamVersion: before.streamVersion },
              replacement: stored,
            },
          },
    );
  }
  for (const { client_id, reason, firstVersion, position } of batch.parked.values()) {
    const skippedEvents = batch.skipped.get(client_id) ?? 0;
    const document = {
      _id: client_id,
      reason,
      firstVersion,
      position,
      skippedEvents,
      skippedTo: skippedTo.get(client_id) ?? position,
    };
    writes.parked.push({ insertOne: { document } });
  }
  for (const [client_id, events] of batch.skipped) {
    if (batch.parked.has(client_id)) continue;
    const filter = { _id: client_id, skippedTo: loaded.get(client_id)?.skippedTo ?? 0 };
    const update = { $inc: { skippedEvents: events }, $set: { skippedTo: skippedTo.get(client_id) ?? 0 } };
    writes.parked.push({ updateOne: { filter, update } });
  }
  return writes;
}

/**
 * Does the writes. True: all of them found what was loaded. False: another was faster with at least one, or may have
 * been; only a fresh look tells. Rejects when the outcome is unknown.
 *
 * @param writeClients does those of documents, as a bulk of their own unless told otherwise
 */
export async function write(
  { bulk }: Pick<GenerationCollections, 'bulk'>,
  writes: Writes,
  writeClients = (operations: Writes['clients']) =>
    conditionally(operations, (some) => bulk.clients.bulkWrite(some, UNORDERED)),
): Promise<boolean> {
  // Documents before parked clients: a client is parked with the document that it had before the event.
  if (!(await writeClients(writes.clients))) return false;
  return conditionally(writes.parked, (some) => bulk.parked.bulkWrite(some, UNORDERED));
}

export const checkpointsOf = async ({
  checkpoints,
}: Pick<GenerationCollections, 'checkpoints'>): Promise<StoredCheckpoint[]> =>
  checkpoints.find().sort({ _id: 1 }).lean<StoredCheckpoint[]>();

/** Makes the checkpoints of a new generation; those that are there stay as they are. */
export async function makeCheckpoints(
  { bulk }: Pick<GenerationCollections, 'bulk'>,
  partitions: number,
): Promise<void> {
  const $setOnInsert = { position: 0, offset: null, recordedAt: null, skippedEvents: 0, repairedGaps: 0 };
  await conditionally(
    Array.from({ length: partitions }, (_, partition) => ({
      updateOne: { filter: { _id: partition }, update: { $setOnInsert }, upsert: true },
    })),
    (operations) => bulk.checkpoints.bulkWrite(operations, UNORDERED),
  );
}

/**
 * Moves a checkpoint forward, never back, and only from where everything before is known to be in the model.
 *
 * @param writeCheckpoints does the write, which asks for what is stored; false when it did not find that, or may not have
 * @returns `there`: it is at least so far now; `behind`: it is not, because it lies before `from`, so the database is not
 *   the one that was written; `gone`: there is none, because the generation was dropped
 */
export async function moveCheckpoint(
  { checkpoints }: Pick<GenerationCollections, 'checkpoints'>,
  { from, to }: { from: number; to: StoredCheckpoint },
  writeCheckpoints: (operations: AnyBulkWriteOperation<StoredCheckpoint>[]) => Promise<boolean>,
): Promise<'there' | 'behind' | 'gone'> {
  const { _id, position, offset, recordedAt, skippedEvents, repairedGaps } = to;
  const filter = { _id, position: { $gte: from, $lt: position } };
  // Events that the log gave have no offset; the last one that Kafka gave stays.
  const $set = { position, recordedAt, ...(offset !== null && { offset }) };
  const update = { $set, $inc: { skippedEvents, repairedGaps } };
  if (await writeCheckpoints([{ updateOne: { filter, update } }])) return 'there';
  const now = await checkpoints.findById(_id).lean<StoredCheckpoint>();
  if (now === null) return 'gone';
  return now.position < position ? 'behind' : 'there';
}
