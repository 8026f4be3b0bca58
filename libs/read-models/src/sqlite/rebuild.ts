import type { EventLogReader } from '@rollbook/event-log';
import { streamIdOf } from '@rollbook/registration';
import type Database from 'better-sqlite3';
import type { ClientDocument } from '../clients/document.js';
import { differingMembers } from '../projection/compare.js';
import { applyStored, type ClientRecord, foldBatch } from '../projection/fold-batch.js';
import { PageSize } from '../projection/page-size.js';
import type { RebuildStatus } from '../read-models.js';
import { INDEXES } from './clients-tables.js';
import { createGeneration, type Generation, switchTo } from './generation.js';
import { usable } from './models-file.js';

/**
 * Events folded between two turns of the live projection, and positions compared. Of more events, what is folded would
 * outlive collections of the young generation and be copied by them.
 */
const BATCH_EVENTS = 1000;
const COMPARED_POSITIONS = 10_000;
/** Events of one stream held in memory. */
const STREAM_PAGE = 500;

export type RebuildContext = {
  db: Database.Database;
  reader: EventLogReader;
  live: Generation;
  /** False: the live model is empty and waits for this one, so there is nothing to compare with. */
  beside: boolean;
  status: RebuildStatus;
};

/**
 * Makes the model anew from the whole log and puts it in the place of the live one. A generator, so that the caller
 * goes on projecting into the live model between the steps; dropping it leaves the live model as it is. Throws when
 * the new model is not what the log says.
 */
export async function* rebuildModel(context: RebuildContext): AsyncGenerator<void, Generation> {
  const { db, live, status } = context;
  const next = createGeneration(db, live.generation + 1, 'building', false);
  yield* catchUp(context, next);

  status.state = 'indexing';
  for (const index of Object.values(INDEXES)) {
    usable(() => db.exec(index(next.tables)));
    yield;
  }
  yield* catchUp(context, next);

  if (context.beside) {
    status.state = 'comparing';
    status.differences = 0;
    const highest = Math.max(highestId(db, live), highestId(db, next));
    for (let from = 0; from < highest; from += COMPARED_POSITIONS) {
      // The live model has moved on since the last step; documents are compared at equal positions only.
      yield* catchUp(context, next);
      status.differences += await compareRange(context, next, from, from + COMPARED_POSITIONS);
      yield;
    }
    yield* catchUp(context, next);
  }
  // Nothing is awaited from here on, so both models are at the same position in this one write.
  switchTo(db, next);
  return next;
}

/** Folds until the new model is where the live one is (or where the log ends, or can be read no further). */
async function* catchUp(context: RebuildContext, next: Generation): AsyncGenerator<void, void> {
  const { reader, live, status } = context;
  const size = new PageSize(BATCH_EVENTS);
  for (;;) {
    status.head = context.beside ? live.at.position : await reader.head();
    const missing = status.head - next.at.position;
    if (missing <= 0) return;
    const events = await reader.readAll({ after: next.at.position, limit: Math.min(missing, size.events) });
    size.read(events);
    const batch = await foldBatch(events, {
      load: (clientIds) => loadByRegistration(reader, next, clientIds),
      readStream: (...args) => reader.readStream(...args),
      newestRegistration: next.newestRegistration(),
    });
    next.commit(batch);
    status.position = next.at.position;
    if (batch.unknown !== null || events.length === 0) return;
    if (next.at.position < status.head) yield;
  }
}

/** The log knows where each client was registered, so the new model can do without an index until it is whole. */
async function loadByRegistration(
  reader: EventLogReader,
  next: Generation,
  clientIds: readonly string[],
): Promise<Map<string, ClientRecord>> {
  const records = new Map<string, ClientRecord>();
  for (const client_id of clientIds) {
    const [registration] = await reader.readStream(streamIdOf(client_id), { limit: 1 });
    if (registration !== undefined) records.set(client_id, next.loadAt(client_id, registration.position));
  }
  return records;
}

const highestId = (db: Database.Database, { tables }: Generation): number =>
  usable(() => db.prepare<[], number | null>(`SELECT max(id) FROM ${tables.documents}`).pluck().get()) ?? 0;

/**
 * How many documents with `from` < id ≤ `to` differ. Each difference is settled by a third fold, of that client's
 * stream alone: where it confirms the new document, the live one was wrong; where not, the rebuild is refused.
 */
async function compareRange(
  context: RebuildContext,
  next: Generation,
  from: number,
  to: number,
): Promise<number> {
  const { db, live, reader } = context;
  const old = live.tables.documents;
  const fresh = next.tables.documents;
  const range = { from, to };
  const pairs = usable(() =>
    db
      .prepare<[typeof range], { live: string | null; fresh: string | null }>(
        `SELECT o.document AS live, n.document AS fresh FROM ${old} o LEFT JOIN ${fresh} n ON n.id = o.id
          WHERE o.id > @from AND o.id <= @to AND n.document IS NOT o.document
        UNION ALL
        SELECT NULL, n.document FROM ${fresh} n
          WHERE n.id > @from AND n.id <= @to AND NOT EXISTS (SELECT 1 FROM ${old} o WHERE o.id = n.id)`,
      )
      .all(range),
  );
  let differences = 0;
  for (const pair of pairs) {
    const was = parse(pair.live);
    const is = parse(pair.fresh);
    if (was !== null && is !== null && differingMembers(was, is).length === 0) continue;
    differences += 1;
    if (is === null) continue;
    const again = await foldStream(reader, is.client_id, is.streamVersion);
    if (again === null || differingMembers(is, again).length > 0) {
      throw new Error(`two folds of ${is.client_id} differ: the model was not replaced`);
    }
  }
  return differences;
}

const parse = (document: string | null): ClientDocument | null =>
  document === null ? null : (JSON.parse(document) as ClientDocument);

/** The fold of one client's stream up to a version. */
export async function foldStream(
  reader: Pick<EventLogReader, 'readStream'>,
  client_id: string,
  version: number,
): Promise<ClientDocument | null> {
  let document: ClientDocument | null = null;
  for (let afterVersion = 0; afterVersion < version;) {
    const limit = Math.min(STREAM_PAGE, version - afterVersion);
    const events = await reader.readStream(streamIdOf(client_id), { afterVersion, limit });
    if (events.length === 0) break;
    for (const stored of events) document = applyStored(document, stored);
    afterVersion += events.length;
  }
  return document;
}
