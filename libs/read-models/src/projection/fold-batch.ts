import { type EventLogReader, readEvent, type StoredEvent } from '@rollbook/event-log';
import { streamIdOf, UnknownEvent } from '@rollbook/registration';
import type { ClientDocument } from '../clients/document.js';
import { project } from '../clients/project.js';

/** A client as the model has it. */
export type ClientRecord = {
  /** Place in the log of its registration; 0 while there is no document. */
  firstPosition: number;
  document: ClientDocument | null;
  parked: boolean;
  /** Of a parked client: events up to this position are counted as skipped already. Absent: none of those that come are. */
  skippedTo?: number;
};
export type ChangedClient = {
  firstPosition: number;
  before: ClientDocument | null;
  document: ClientDocument;
};
export type NewlyParked = { client_id: string; reason: string; firstVersion: number; position: number };

/** What a batch of events asks of the model; one atomic write puts it there. */
export type FoldedBatch = {
  changed: Map<string, ChangedClient>;
  parked: Map<string, NewlyParked>;
  /** Events skipped because their client is parked, by client_id. */
  skipped: Map<string, number>;
  repairedGaps: number;
  /** The last event that the batch takes in; null when it can't take in even the first. */
  last: StoredEvent | null;
  recordedAt: string | null;
  /** An event that this release does not know (design §3): the batch ends before it and the projection waits. */
  unknown: { position: number; reason: string } | null;
};

export type FoldSource = {
  /** Those of the clients that the model knows; the others may be left out. */
  load: (clientIds: readonly string[]) => Map<string, ClientRecord> | Promise<Map<string, ClientRecord>>;
  readStream: EventLogReader['readStream'];
  /** Position of the newest registration in the model: clients that are registered after it are not looked up. */
  newestRegistration: number;
};

const CLIENT_STREAM = streamIdOf('');

/** The client whose stream this is; null for the streams that are not about one client. */
export const clientIdOf = (streamId: string): string | null =>
  streamId.startsWith(CLIENT_STREAM) ? streamId.slice(CLIENT_STREAM.length) : null;

/**
 * Folds events, in log order, into the documents they belong to. At-least-once: what a document has already is passed
 * over, a version gap is closed from the log, and an event that can't be applied parks its client, so that the others
 * go on. Nothing is written here. Rejects only when the log or the model can't be read.
 */
export async function foldBatch(events: readonly StoredEvent[], source: FoldSource): Promise<FoldedBatch> {
  const batch: FoldedBatch = {
    changed: new Map(),
    parked: new Map(),
    skipped: new Map(),
    repairedGaps: 0,
    last: null,
    recordedAt: null,
    unknown: null,
  };
  const records = await source.load(knownClients(events, source.newestRegistration));
  for (const stored of events) {
    const client_id = clientIdOf(stored.streamId);
    if (client_id !== null) {
      let record = records.get(client_id);
      if (record === undefined) {
        record = { firstPosition: 0, document: null, parked: false };
        records.set(client_id, record);
      }
      try {
        const folding = take(batch, client_id, record, stored, source);
        if (folding !== null) await folding;
      } catch (error) {
        if (!(error instanceof UnknownEvent)) throw error;
        batch.unknown = { position: stored.position, reason: error.message };
        break;
      }
    }
    batch.last = stored;
  }
  if (batch.last !== null) batch.recordedAt = recordedAtOf(batch.last.text);
  return batch;
}

/** The clients that the model may know. */
function knownClients(events: readonly StoredEvent[], newestRegistration: number): string[] {
  const known = new Set<string>();
  const registered = new Set<string>();
  for (const { position, streamId, streamVersion } of events) {
    const client_id = clientIdOf(streamId);
    if (client_id === null || registered.has(client_id)) continue;
    if (streamVersion === 1 && position > newestRegistration) registered.add(client_id);
    else known.add(client_id);
  }
  return [...known];
}

/** One event. Asynchronous only where a gap has to be read from the log: this runs for every event there is. */
function take(
  batch: FoldedBatch,
  client_id: string,
  record: ClientRecord,
  stored: StoredEvent,
  source: FoldSource,
): Promise<void> | null {
  if (record.parked) {
    if (stored.position <= (record.skippedTo ?? 0)) return null;
    batch.skipped.set(client_id, (batch.skipped.get(client_id) ?? 0) + 1);
    return null;
  }
  const version = record.document?.streamVersion ?? 0;
  if (stored.streamVersion <= version) return null;
  if (stored.streamVersion > version + 1) return repair(batch, client_id, record, stored, source);
  apply(batch, client_id, record, stored);
  return null;
}

/** Reads the versions between the document and the event from the log, and folds them and the event. */
async function repair(
  batch: FoldedBatch,
  client_id: string,
  record: ClientRecord,
  stored: StoredEvent,
  source: FoldSource,
): Promise<void> {
  const afterVersion = record.document?.streamVersion ?? 0;
  const limit = stored.streamVersion - afterVersion - 1;
  const missing = await source.readStream(stored.streamId, { afterVersion, limit });
  batch.repairedGaps += 1;
  for (const event of [...missing, stored]) {
    const due = (record.document?.streamVersion ?? 0) + 1;
    if (event.streamVersion !== due) park(batch, client_id, record, event, `the log has no version ${due}`);
    else apply(batch, client_id, record, event);
    if (record.parked) return;
  }
}

function apply(batch: FoldedBatch, client_id: string, record: ClientRecord, stored: StoredEvent): void {
  const before = record.document;
  try {
    const document = applyStored(before, stored);
    if (document === null) return;
    if (before === null) record.firstPosition = stored.position;
    record.document = document;
    const { firstPosition } = record;
    const known = batch.changed.get(client_id);
    if (known === undefined) batch.changed.set(client_id, { firstPosition, before, document });
    else known.document = document;
  } catch (error) {
    if (error instanceof UnknownEvent) throw error;
    park(batch, client_id, record, stored, error instanceof Error ? error.message : String(error));
  }
}

/**
 * The document after one stored event that is next in its stream. Throws `UnknownEvent` for an event that only a
 * later release knows, any other error for one that can't be applied.
 */
export function applyStored(document: ClientDocument | null, stored: StoredEvent): ClientDocument | null {
  const event = readEvent(stored.text);
  if (event.streamId !== stored.streamId || event.streamVersion !== stored.streamVersion) {
    throw new Error('the stored text belongs to another stream or version');
  }
  return project(document, Object.assign(event, { position: stored.position }));
}

function park(
  batch: FoldedBatch,
  client_id: string,
  record: ClientRecord,
  stored: StoredEvent,
  reason: string,
): void {
  record.parked = true;
  batch.parked.set(client_id, {
    client_id,
    reason,
    firstVersion: stored.streamVersion,
    position: stored.position,
  });
}

/** `recordedAt` of an event, also of one that parks its client or is of no client; null when it is not JSON. */
export function recordedAtOf(text: string): string | null {
  try {
    const envelope: unknown = JSON.parse(text);
    const recordedAt = Object(envelope) as { recordedAt?: unknown };
    return typeof recordedAt.recordedAt === 'string' ? recordedAt.recordedAt : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
