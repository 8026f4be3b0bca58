import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { ClientRecord, FoldedBatch } from '../projection/fold-batch.js';
import { clientsTables, createTables, INDEXES, tablesOf, type Tables } from './clients-tables.js';
import { type ModelRow, usable } from './models-file.js';

/** One version of the clients model: its tables, and how far in the log it is. For the one writer. */
export type Generation = {
  readonly generation: number;
  readonly tables: Tables;
  readonly at: { position: number; recordedAt: string | null; digest: string | null };
  load: (clientIds: readonly string[]) => Map<string, ClientRecord>;
  loadAt: (client_id: string, firstPosition: number) => ClientRecord;
  /** Writes a folded batch and its checkpoint: both or neither. */
  commit(batch: FoldedBatch): void;
  /** Lets a parked client be projected again and writes what that gave; the checkpoint stays. */
  commitRetry(client_id: string, batch: FoldedBatch): void;
  parkedCount(): number;
  /** Position of the newest registration in the model; 0 while it is empty. */
  newestRegistration(): number;
};

/** Fingerprint of an event, by which a checkpoint recognises the log that it was taken on. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

export function openGeneration(db: Database.Database, row: ModelRow): Generation {
  const tables = tablesOf(row.generation);
  const rows = usable(() => clientsTables(db, tables));
  const checkpoint = db.prepare<[number, string | null, string | null, number]>(
    'UPDATE models SET position = ?, recordedAt = ?, digest = ? WHERE generation = ?',
  );
  const at = { position: row.position, recordedAt: row.recordedAt, digest: row.digest };
  const write = db.transaction((batch: FoldedBatch, next: typeof at) => {
    rows.write(batch);
    checkpoint.run(next.position, next.recordedAt, next.digest, row.generation);
  });
  const writeRetry = db.transaction((client_id: string, batch: FoldedBatch) => {
    rows.unpark(client_id);
    rows.write(batch);
  });
  return {
    generation: row.generation,
    tables,
    at,
    load: (clientIds) => usable(() => rows.load(clientIds)),
    loadAt: (client_id, firstPosition) => usable(() => rows.loadAt(client_id, firstPosition)),
    commit(batch) {
      if (batch.last === null) return;
      const next = {
        position: batch.last.position,
        recordedAt: batch.recordedAt ?? at.recordedAt,
        digest: digestOf(batch.last.text),
      };
      usable(() => write.immediate(batch, next));
      Object.assign(at, next);
    },
    commitRetry: (client_id, batch) => usable(() => writeRetry.immediate(client_id, batch)),
    parkedCount: () => usable(() => rows.parkedCount()),
    newestRegistration: () => usable(() => rows.newestRegistration()),
  };
}

/** Makes an empty model. `withIndexes`: a rebuild makes them after the rows. */
export function createGeneration(
  db: Database.Database,
  generation: number,
  state: ModelRow['state'],
  withIndexes: boolean,
): Generation {
  const tables = tablesOf(generation);
  usable(() =>
    db.transaction(() => {
      createTables(db, tables);
      if (withIndexes) for (const index of Object.values(INDEXES)) db.exec(index(tables));
      db.prepare('INSERT INTO models VALUES (?, ?, 0, NULL, NULL)').run(generation, state);
    })(),
  );
  return openGeneration(db, { generation, state, position: 0, recordedAt: null, digest: null });
}

/** Puts a finished generation in the place of the live one: from the next read transaction on, readers use it. */
export function switchTo(db: Database.Database, next: Generation): void {
  usable(() =>
    db.transaction(() => {
      db.prepare("DELETE FROM models WHERE state = 'live'").run();
      db.prepare("UPDATE models SET state = 'live' WHERE generation = ?").run(next.generation);
    })(),
  );
}

/** Statements that drop the tables of every generation but one: a replaced model, or what a killed rebuild left. */
export function leftovers(db: Database.Database, keep: Generation): string[] {
  const wanted = new Set<string>(Object.values(keep.tables));
  const names = usable(() =>
    db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'models'")
      .pluck()
      .all(),
  );
  return names.filter((name) => !wanted.has(name)).map((name) => `DROP TABLE "${name}"`);
}
