import type { EventLogReader } from '@rollbook/event-log';
import { streamIdOf } from '@rollbook/registration';
import { foldBatch } from '../projection/fold-batch.js';
import { loadClients, write, writesOf } from './generation-store.js';
import type { GenerationCollections } from './models-database.js';

const STREAM_PAGE = 500;
const TRIES = 10;

/**
 * Tries a parked client again: folds what its document lacks from its stream, and only then takes it out of parking, if
 * no event was skipped meanwhile (then once more). So a crash leaves it parked, never forgotten.
 *
 * @returns true: it is up to date; false: it was not parked, or still is, with what is wrong now
 */
export async function retryParked(
  collections: GenerationCollections,
  log: Pick<EventLogReader, 'readStream'>,
  client_id: string,
): Promise<boolean> {
  const { parked } = collections;
  for (let tries = 0; tries < TRIES; tries++) {
    const record = (await loadClients(collections, [client_id])).get(client_id);
    if (record === undefined || !record.parked) return false;
    const { skippedTo } = record;
    const folded = await foldRest(collections, log, client_id);
    if (folded === 'raced') continue;
    const seen = { _id: client_id, skippedTo };
    if (folded === null) {
      if ((await parked.deleteOne(seen)).deletedCount === 1) return true;
      continue;
    }
    const { reason, firstVersion, position, last, skippedEvents } = folded;
    const $set = { reason, firstVersion, position, skippedEvents, skippedTo: last };
    if ((await parked.updateOne(seen, { $set })).matchedCount === 1) return false;
  }
  throw new Error(`${client_id} changed under ${TRIES} attempts to retry it`);
}

type StillParked = {
  reason: string;
  firstVersion: number;
  position: number;
  /** Position of the stream's last event, and how many there are after the one that can't be applied. */
  last: number;
  skippedEvents: number;
};

/** Folds and writes what the document lacks, page by page. Null: all of it. */
async function foldRest(
  collections: GenerationCollections,
  log: Pick<EventLogReader, 'readStream'>,
  client_id: string,
): Promise<StillParked | 'raced' | null> {
  let still: StillParked | null = null;
  for (let afterVersion: number | null = null; ;) {
    const loaded = await loadClients(collections, [client_id]);
    const document = loaded.get(client_id)?.document ?? null;
    const firstPosition = loaded.get(client_id)?.firstPosition ?? 0;
    afterVersion ??= document?.streamVersion ?? 0;
    const page = await log.readStream(streamIdOf(client_id), { afterVersion, limit: STREAM_PAGE });
    const last = page.at(-1);
    if (last === undefined) return still;
    afterVersion = last.streamVersion;
    if (still !== null) {
      still.last = last.position;
      still.skippedEvents += page.length;
      continue;
    }
    const batch = await foldBatch(page, {
      load: () => new Map([[client_id, { firstPosition, document, parked: false }]]),
      readStream: (...args) => log.readStream(...args),
      newestRegistration: Infinity,
    });
    if (batch.unknown !== null) throw new Error(batch.unknown.reason);
    // Only the document: what parks the client is the caller's to write.
    const writes = writesOf({ ...batch, parked: new Map(), skipped: new Map() }, loaded, new Map());
    if (!(await write(collections, writes))) return 'raced';
    const parked = batch.parked.get(client_id);
    if (parked === undefined) continue;
    const { reason, firstVersion, position } = parked;
    const skippedEvents = batch.skipped.get(client_id) ?? 0;
    still = { reason, firstVersion, position, last: last.position, skippedEvents };
  }
}
