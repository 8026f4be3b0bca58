import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

const ROWS_PER_TRANSACTION = 1000;

type Schema = { type: string; name: string; tbl_name: string; sql: string };

/**
 * Writes every row of the live read model to a new file, as fast as SQLite takes them: prepared inserts, big
 * transactions, the indexes afterwards.
 *
 * @param folder data directory of a service
 * @returns rows of the largest table, and the seconds it took
 */
export function rawBulkWrite(folder: string): { rows: number; seconds: number } {
  const file = readdirSync(folder).find((name) => /^models.*\.sqlite$/.test(name));
  if (file === undefined || !existsSync(path.join(folder, file)))
    throw new Error('there is no file of read models');
  const from = new Database(path.join(folder, file), { readonly: true });
  const to = new Database(path.join(folder, 'raw.sqlite'));
  to.pragma('journal_mode = WAL');
  to.pragma('synchronous = NORMAL');
  const start = performance.now();
  // One snapshot: the service drops the tables of the replaced model meanwhile. The live one's end in its number.
  from.exec('BEGIN');
  const live = from.prepare("SELECT generation FROM models WHERE state = 'live'").pluck().get();
  const schema = (
    from
      .prepare('SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL')
      .all() as Schema[]
  ).filter(({ tbl_name }) => tbl_name.endsWith(`_${String(live)}`));
  let rows = 0;
  for (const table of schema.filter(({ type }) => type === 'table')) {
    to.exec(table.sql);
    rows = Math.max(rows, copy(from, to, table.name));
  }
  for (const index of schema.filter(({ type }) => type === 'index')) to.exec(index.sql);
  to.pragma('wal_checkpoint(TRUNCATE)');
  const seconds = (performance.now() - start) / 1000;
  to.close();
  from.close();
  return { rows, seconds };
}

function copy(from: Database.Database, to: Database.Database, table: string): number {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  const select = from.prepare(`SELECT * FROM ${quoted}`).raw();
  const insert = to.prepare(
    `INSERT INTO ${quoted} VALUES (${select
      .columns()
      .map(() => '?')
      .join(',')})`,
  );
  let rows = 0;
  to.exec('BEGIN');
  for (const row of select.iterate()) {
    insert.run(row);
    rows += 1;
    if (rows % ROWS_PER_TRANSACTION === 0) to.exec('COMMIT; BEGIN');
  }
  to.exec('COMMIT');
  return rows;
}
