import { setTimeout as delay } from 'node:timers/promises';
import type { EventLogReader, StoredEvent } from '@rollbook/event-log';
import { streamIdOf, UnknownEvent } from '@rollbook/registration';
import type { ClientDocument } from '../clients/document.js';
import { applyStored } from '../projection/fold-batch.js';
import type { ReplayDifference } from '../read-models.js';
import type { GenerationCollections } from './models-database.js';
import type { StoredParked } from './schemas.js';
import { differencesFrom, type StoredClient } from './stored-client.js';

/** Events of one stream held in memory. */
const STREAM_PAGE = 500;
/** A client can be written between two looks at it, and its document just before what parks it. */
const LOOKS = 4;
const PAUSE_MS = 20;

export type ClientFold = {
  document: ClientDocument | null;
  /** An event could not be applied: the document is as it was before it. */
  failed: boolean;
  /** Position of the registration; null when the log has no such stream. */
  firstPosition: number | null;
};

/** One more event of a client. Throws `UnknownEvent` only. */
export function foldOne(fold: ClientFold, stored: StoredEvent): ClientFold {
  const firstPosition = fold.firstPosition ?? stored.position;
  if (fold.failed) return fold;
  try {
    return { document: applyStored(fold.document, stored), failed: false, firstPosition };
  } catch (error) {
    if (error instanceof UnknownEvent) throw error;
    return { document: fold.document, failed: true, firstPosition };
  }
}

export const UNFOLDED: ClientFold = { document: null, failed: false, firstPosition: null };

/**
 * The fold of a client's stream up to a version, or up to a position in the log, whichever is further. Memory does not
 * grow with the stream.
 *
 * @throws UnknownEvent when this release does not know one of the events
 */
export async function foldClient(
  log: Pick<EventLogReader, 'readStream'>,
  client_id: string,
  to: { version: number; position: number },
): Promise<ClientFold> {
  let fold = UNFOLDED;
  for (let afterVersion = 0; ;) {
    const page = await log.readStream(streamIdOf(client_id), { afterVersion, limit: STREAM_PAGE });
    for (const stored of page) {
      if (stored.streamVersion > to.version && stored.position > to.position) return fold;
      fold = foldOne(fold, stored);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < STREAM_PAGE) return fold;
    afterVersion = last.streamVersion;
  }
}

/**
 * Compares one client, as it is stored now, with a fresh fold at its own version, which has to reach the mark. What
 * may come of a write in between is looked at again. Null: as the log says.
 *
 * @param mark a position up to which the generation has everything
 */
export async function checkClient(
  collections: Pick<GenerationCollections, 'clients' | 'parked'>,
  log: Pick<EventLogReader, 'readStream'>,
  client_id: string,
  mark: number,
): Promise<ReplayDifference | null> {
  for (let looks = 1; ; looks++) {
    const [stored, parked] = await Promise.all([
      collections.clients.findById(client_id).lean<StoredClient>(),
      collections.parked.findById(client_id).lean<StoredParked>(),
    ]);
    const version = Math.max(stored?.streamVersion ?? 0, parked?.firstVersion ?? 0);
    const fold = await foldClient(log, client_id, { version, position: mark });
    const difference = differenceBetween(client_id, stored, parked !== null, fold);
    if (difference === null || looks === LOOKS) return difference;
    await delay(PAUSE_MS);
  }
}

/** What is stored for a client against a fold of it. Pure. */
export function differenceBetween(
  client_id: string,
  stored: StoredClient | null,
  isParked: boolean,
  { document, failed, firstPosition }: ClientFold,
): ReplayDifference | null {
  const parked = failed === isParked ? [] : ['parked'];
  if (stored === null || document === null || firstPosition === null) {
    if (stored !== null) return { client_id, kind: 'only in the model', members: parked };
    if (document !== null) return { client_id, kind: 'only in the log', members: parked };
    return parked.length > 0 ? { client_id, kind: 'different', members: parked } : null;
  }
  const members = [...differencesFrom(stored, document, firstPosition), ...parked];
  return members.length === 0 ? null : { client_id, kind: 'different', members };
}
