import type { EventLogReader, StoredEvent } from '@rollbook/event-log';
import { streamIdOf, UnknownEvent } from '@rollbook/registration';
import type Database from 'better-sqlite3';
import type { ClientDocument } from '../clients/document.js';
import { differingMembers } from '../projection/compare.js';
import { applyStored, clientIdOf } from '../projection/fold-batch.js';
import { PageSize } from '../projection/page-size.js';
import { REPORTED_DIFFERENCES, type ReplayDifference, type ReplayReport } from '../read-models.js';
import { rowValues, type Tables } from './clients-tables.js';

/** Events, or events of one stream, held in memory. */
const PAGE_EVENTS = 500;

/** Part of a replay: the clients that were registered at positions above `from`, up to and with `to`. */
export type ReplaySegment = {
  /** With a read transaction open, so that the model stands still at `position`. */
  db: Database.Database;
  tables: Tables;
  position: number;
  from: number;
  to: number;
  reader: EventLogReader;
  onProgress: (eventsDone: number) => void;
  /** Throws to end the replay early. */
  throwIfAborted: () => void;
};

export type SegmentReport = Pick<ReplayReport, 'events' | 'clients' | 'differing' | 'differences'> & {
  /** Events that are not the first of their client: met in the segment's part of the log … */
  laterMet: number;
  /** … and folded from the streams of the segment's clients. */
  laterFolded: number;
};

type LiveRow = { id: number; columns: string; document: string };
type Fold = { document: ClientDocument | null; failed: boolean };

/**
 * Folds the events of a segment again and compares each document, and the columns that lists filter by, with the live
 * one. In one pass and in memory that does not grow with the log: rows are numbered by the position of the
 * registration, so log and model are walked side by side, and a client with more events is folded to its end, from its
 * stream, when its registration comes by.
 */
export async function replaySegment(segment: ReplaySegment): Promise<SegmentReport> {
  const pass = new ReplayPass(segment);
  for await (const { events, after, last } of pages(segment)) await pass.page(events, after, last);
  return pass.report;
}

/**
 * Looks for clients of which the model has the registration only, although the log has more. `replaySegment` does not
 * look beyond a document that agrees with the registration; that all later events were folded shows in the sums of all
 * segments, and only where they differ this second pass over the log is made.
 */
export async function findLacking(
  segment: ReplaySegment,
): Promise<Pick<ReplayReport, 'differing' | 'differences'>> {
  const { db, tables } = segment;
  const versionOf = db
    .prepare<[string], number>(
      `SELECT d.document ->> '$.streamVersion' FROM ${tables.clients} c JOIN ${tables.documents} d ON d.id = c.id
        WHERE c.client_id = ? AND NOT EXISTS (SELECT 1 FROM ${tables.parked} p WHERE p.client_id = c.client_id)`,
    )
    .pluck();
  let differing = 0;
  const differences: ReplayDifference[] = [];
  for await (const { events } of pages(segment)) {
    for (const { streamId, streamVersion } of events) {
      const client_id = clientIdOf(streamId);
      // A client counts once: at the first event that its document lacks, the second of its stream.
      if (client_id === null || streamVersion !== 2 || versionOf.get(client_id) !== 1) continue;
      differing += 1;
      if (differing <= REPORTED_DIFFERENCES) {
        differences.push({ client_id, kind: 'different', members: ['streamVersion'] });
      }
    }
  }
  return { differing, differences };
}

async function* pages({ from, to, reader, onProgress, throwIfAborted }: ReplaySegment) {
  const size = new PageSize(PAGE_EVENTS);
  for (let after = from; after < to;) {
    throwIfAborted();
    const events = await reader.readAll({ after, limit: Math.min(size.events, to - after) });
    size.read(events);
    const last = events.at(-1)?.position;
    if (last === undefined) throw new Error(`the log ends at ${after}, before the model's position ${to}`);
    yield { events, after, last };
    after = last;
    onProgress(after - from);
  }
}

class ReplayPass {
  readonly #segment: ReplaySegment;
  readonly #rows: Database.Statement<[number, number], LiveRow>;
  readonly #parked: ReadonlySet<string>;
  readonly report: SegmentReport = {
    events: 0,
    clients: 0,
    differing: 0,
    differences: [],
    laterMet: 0,
    laterFolded: 0,
  };

  constructor(segment: ReplaySegment) {
    this.#segment = segment;
    const { clients, documents, parked } = segment.tables;
    this.#rows = segment.db.prepare(
      `SELECT c.id, ${COLUMNS_KEY} AS columns, d.document FROM ${clients} c JOIN ${documents} d ON d.id = c.id
        WHERE c.id > ? AND c.id <= ?`,
    );
    this.#parked = new Set(segment.db.prepare<[], string>(`SELECT client_id FROM ${parked}`).pluck().all());
  }

  async page(events: readonly StoredEvent[], after: number, last: number): Promise<void> {
    const rows = new Map(this.#rows.all(after, last).map((row) => [row.id, row]));
    for (const stored of events) {
      this.report.events += 1;
      const client_id = clientIdOf(stored.streamId);
      if (client_id === null) continue;
      if (stored.streamVersion > 1) {
        this.report.laterMet += 1;
        continue;
      }
      const row = rows.get(stored.position);
      rows.delete(stored.position);
      this.report.clients += 1;
      const fold = applyOne(null, stored);
      if (row !== undefined && !fold.failed && !this.#parked.has(client_id) && this.#isSame(fold, row))
        continue;
      await this.#foldToTheEnd(client_id, fold, row);
    }
    for (const row of rows.values()) this.#report(parse(row).client_id, 'only in the model', []);
  }

  async #foldToTheEnd(client_id: string, first: Fold, row: LiveRow | undefined): Promise<void> {
    const { position, reader } = this.#segment;
    let fold = first;
    for (let afterVersion = 1; ;) {
      const page = await reader.readStream(streamIdOf(client_id), { afterVersion, limit: PAGE_EVENTS });
      for (const stored of page) {
        if (stored.position > position) break;
        this.report.laterFolded += 1;
        // After a failure the document stays as it is: so it does in a model that has parked the client.
        if (!fold.failed) fold = applyOne(fold.document, stored);
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_EVENTS || last.position > position) break;
      afterVersion = last.streamVersion;
    }
    this.#compare(client_id, fold, row);
  }

  #compare(client_id: string, fold: Fold, row: LiveRow | undefined): void {
    const parked = fold.failed === this.#parked.has(client_id) ? [] : ['parked'];
    if (row === undefined || fold.document === null) {
      if (row !== undefined) this.#report(client_id, 'only in the model', parked);
      else if (fold.document !== null) this.#report(client_id, 'only in the log', parked);
      else if (parked.length > 0) this.#report(client_id, 'different', parked);
      return;
    }
    if (parked.length === 0 && this.#isSame(fold, row)) return;
    const members = [...differingMembers(parse(row), fold.document), ...parked];
    if (row.columns !== columnsKey(fold.document)) members.push('filter columns');
    if (members.length > 0) this.#report(client_id, 'different', members);
  }

  #isSame({ document }: Fold, row: LiveRow): boolean {
    return (
      document !== null && row.document === JSON.stringify(document) && row.columns === columnsKey(document)
    );
  }

  #report(client_id: string, kind: ReplayDifference['kind'], members: string[]): void {
    this.report.differing += 1;
    const { differences } = this.report;
    if (differences.length < REPORTED_DIFFERENCES) differences.push({ client_id, kind, members });
  }
}

const parse = (row: LiveRow): ClientDocument => JSON.parse(row.document) as ClientDocument;

function applyOne(document: ClientDocument | null, stored: StoredEvent): Fold {
  try {
    return { document: applyStored(document, stored), failed: false };
  } catch (error) {
    if (error instanceof UnknownEvent) throw error;
    return { document, failed: true };
  }
}

/** The columns that lists filter by as one text: one value to read for each row instead of six. */
const COLUMNS_KEY = `concat_ws(char(10), c.client_id, c.client_id_issued_at, c.status, ifnull(c.name, char(0)),
  ifnull(c.software_id, char(0)), ifnull(c.token_endpoint_auth_method, char(0)), c.grant_types,
  ifnull(c.application_type, char(0)))`;
function columnsKey(document: ClientDocument): string {
  const row = rowValues(document);
  return `${document.client_id}\n${document.client_id_issued_at}\n${row.status}\n${row.name ?? '\0'}\n${
    row.software_id ?? '\0'
  }\n${row.token_endpoint_auth_method ?? '\0'}\n${row.grant_types}\n${row.application_type ?? '\0'}`;
}
