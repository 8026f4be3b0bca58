import type Database from 'better-sqlite3';
import type { ClientDocument } from '../clients/document.js';
import { filterValues, redirectHosts } from '../clients/filter-values.js';
import type { ClientRecord, FoldedBatch } from '../projection/fold-batch.js';

/** Names of the tables of one generation (README: what each holds). */
export const tablesOf = (generation: number) => ({
  clients: `clients_${generation}`,
  documents: `documents_${generation}`,
  redirectHosts: `redirect_hosts_${generation}`,
  parked: `parked_${generation}`,
});
export type Tables = ReturnType<typeof tablesOf>;

/** Indexes, apart from the tables because a rebuild makes them after the rows, which halves its time. */
export const INDEXES: Record<'client_id' | 'issued' | 'name' | 'software', (tables: Tables) => string> = {
  client_id: ({ clients }) => `CREATE UNIQUE INDEX ${clients}_client_id ON ${clients} (client_id)`,
  issued: ({ clients }) =>
    `CREATE INDEX ${clients}_issued ON ${clients} (client_id_issued_at DESC, client_id)`,
  name: ({ clients }) => `CREATE INDEX ${clients}_name ON ${clients} (name) WHERE name IS NOT NULL`,
  software: ({ clients }) =>
    `CREATE INDEX ${clients}_software ON ${clients} (software_id) WHERE software_id IS NOT NULL`,
};

export function createTables(db: Database.Database, tables: Tables): void {
  const { clients, documents, redirectHosts: hosts, parked } = tables;
  db.exec(`
    CREATE TABLE ${clients} (
      id INTEGER PRIMARY KEY,
      client_id TEXT NOT NULL,
      client_id_issued_at INTEGER NOT NULL,
      status TEXT NOT NULL,
      name TEXT,
      software_id TEXT,
      token_endpoint_auth_method TEXT,
      grant_types TEXT NOT NULL,
      application_type TEXT
    ) STRICT;
    CREATE TABLE ${documents} (id INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
    CREATE TABLE ${hosts} (
      host TEXT NOT NULL,
      id INTEGER NOT NULL,
      PRIMARY KEY (host, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${parked} (
      client_id TEXT PRIMARY KEY,
      reason TEXT NOT NULL,
      firstVersion INTEGER NOT NULL,
      position INTEGER NOT NULL,
      skippedEvents INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
}

/** The values of a row of `clients`, as stored. Grant types stand between spaces, so that one is found as a word. */
export function rowValues(document: ClientDocument) {
  const values = filterValues(document.metadata);
  return {
    status: document.status,
    name: values.name,
    software_id: values.software_id,
    token_endpoint_auth_method: values.token_endpoint_auth_method,
    grant_types: ` ${values.grant_types.join(' ')} `,
    application_type: values.application_type,
  };
}

export type ClientsTables = {
  load(clientIds: readonly string[]): Map<string, ClientRecord>;
  /** The same for one client whose registration is at a position; needs no index. */
  loadAt(client_id: string, firstPosition: number): ClientRecord;
  /** Writes what a batch changed. The caller holds the transaction. */
  write(batch: Pick<FoldedBatch, 'changed' | 'parked' | 'skipped'>): void;
  unpark(client_id: string): boolean;
  parkedCount(): number;
  newestRegistration(): number;
};

/** Reading and writing the tables of one generation, for the one writer. */
export function clientsTables(db: Database.Database, tables: Tables): ClientsTables {
  const { clients, documents, redirectHosts: hosts, parked } = tables;
  const findId = db.prepare<[string], number>(`SELECT id FROM ${clients} WHERE client_id = ?`).pluck();
  const findDocument = db.prepare<[number], string>(`SELECT document FROM ${documents} WHERE id = ?`).pluck();
  const insertRow = db.prepare(`INSERT INTO ${clients} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const insertDocument = db.prepare(`INSERT INTO ${documents} VALUES (?, ?)`);
  const updateRow = db.prepare(
    `UPDATE ${clients} SET status = ?, name = ?, software_id = ?, token_endpoint_auth_method = ?, grant_types = ?,
      application_type = ? WHERE id = ?`,
  );
  const updateDocument = db.prepare(`UPDATE ${documents} SET document = ? WHERE id = ?`);
  const insertHost = db.prepare(`INSERT INTO ${hosts} VALUES (?, ?)`);
  const deleteHost = db.prepare(`DELETE FROM ${hosts} WHERE host = ? AND id = ?`);
  const findParked = db.prepare<[string], { client_id: string }>(
    `SELECT client_id FROM ${parked} WHERE client_id = ?`,
  );
  const insertParked = db.prepare(`INSERT OR IGNORE INTO ${parked} VALUES (?, ?, ?, ?, 0)`);
  const countSkipped = db.prepare(
    `UPDATE ${parked} SET skippedEvents = skippedEvents + ? WHERE client_id = ?`,
  );
  const deleteParked = db.prepare(`DELETE FROM ${parked} WHERE client_id = ?`);
  const countParked = db.prepare<[], number>(`SELECT count(*) FROM ${parked}`).pluck();
  const newest = db.prepare<[], number | null>(`SELECT max(id) FROM ${clients}`).pluck();
  const parkedCount = () => countParked.get() ?? 0;

  function insert(id: number, document: ClientDocument): void {
    const row = rowValues(document);
    insertRow.run(
      id,
      document.client_id,
      document.client_id_issued_at,
      row.status,
      row.name,
      row.software_id,
      row.token_endpoint_auth_method,
      row.grant_types,
      row.application_type,
    );
    insertDocument.run(id, JSON.stringify(document));
    for (const host of redirectHosts(document.metadata)) insertHost.run(host, id);
  }

  function update(id: number, before: ClientDocument, document: ClientDocument): void {
    updateDocument.run(JSON.stringify(document), id);
    // Most events (a rotation) leave what is filtered by as it is.
    if (before.metadata === document.metadata && before.status === document.status) return;
    const row = rowValues(document);
    updateRow.run(
      row.status,
      row.name,
      row.software_id,
      row.token_endpoint_auth_method,
      row.grant_types,
      row.application_type,
      id,
    );
    const old = new Set(redirectHosts(before.metadata));
    for (const host of redirectHosts(document.metadata)) if (!old.delete(host)) insertHost.run(host, id);
    for (const host of old) deleteHost.run(host, id);
  }

  const isParked = (client_id: string) => findParked.get(client_id) !== undefined;

  function loadAt(client_id: string, id: number): ClientRecord {
    const text = id === 0 ? undefined : findDocument.get(id);
    const document = text === undefined ? null : (JSON.parse(text) as ClientDocument);
    return { firstPosition: id, document, parked: isParked(client_id) };
  }

  return {
    load(clientIds) {
      const records = new Map<string, ClientRecord>();
      const anyParked = parkedCount() > 0;
      for (const client_id of clientIds) {
        const id = findId.get(client_id);
        if (id !== undefined || anyParked) records.set(client_id, loadAt(client_id, id ?? 0));
      }
      return records;
    },
    loadAt,
    write({ changed, parked: newlyParked, skipped }) {
      for (const { firstPosition, before, document } of changed.values()) {
        if (before === null) insert(firstPosition, document);
        else update(firstPosition, before, document);
      }
      for (const client of newlyParked.values()) {
        insertParked.run(client.client_id, client.reason, client.firstVersion, client.position);
      }
      for (const [client_id, events] of skipped) countSkipped.run(events, client_id);
    },
    unpark: (client_id) => deleteParked.run(client_id).changes === 1,
    parkedCount,
    newestRegistration: () => newest.get() ?? 0,
  };
}
