import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { KeyRow } from '../derive.js';
import type { MasterKeyRow, MasterKeyRows, NewMasterKey } from '../master-keys.js';

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE masterKeys (id INTEGER PRIMARY KEY, checkValue BLOB NOT NULL, wrappedByNext BLOB);
  CREATE TABLE keys (kid BLOB PRIMARY KEY, salt BLOB NOT NULL, masterKeyId INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** How long a statement waits for another connection's lock, in milliseconds. */
const BUSY_MS = 1000;

/** The rows of `keys.sqlite`; opened once by the thread that finds keys and once by the one that makes them. */
export type KeyFile = MasterKeyRows & {
  /** All or nothing, and durable when it returns. */
  insert(rows: readonly KeyRow[]): void;
  find(kid: Buffer): KeyRow | null;
  close(): void;
};

/**
 * Opens or creates the file (mode 0600; SQLite gives its journal the same mode).
 *
 * WAL with synchronous=FULL: a commit returns after its fsync. A commit that fails was rolled back, its rows were
 * given to nobody, and the next one writes its pages anew, so going on after a failure is safe here.
 *
 * @throws Error with a `code` of SQLite or of the file system; also when the file is of another version
 */
export function openKeyFile(file: string): KeyFile {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new Database(file, { timeout: BUSY_MS });
  database.pragma('synchronous = FULL');
  database.pragma('journal_mode = WAL');
  const version = database.pragma('user_version', { simple: true });
  if (version === 0) database.transaction(() => database.exec(SCHEMA)).immediate();
  else if (version !== SCHEMA_VERSION) {
    database.close();
    throw new Error('the key store was written by another version of this software');
  }
  const insertOne = database.prepare<[Buffer, Buffer, number]>('INSERT INTO keys VALUES (?, ?, ?)');
  const findOne = database.prepare<[Buffer], KeyRow>('SELECT kid, salt, masterKeyId FROM keys WHERE kid = ?');
  const listMasterKeys = database.prepare<[], MasterKeyRow>('SELECT * FROM masterKeys ORDER BY id');
  const insertMasterKey = database.prepare<[number, Buffer]>(
    'INSERT INTO masterKeys (id, checkValue) VALUES (?, ?)',
  );
  const wrapMasterKey = database.prepare<[Buffer, number]>(
    'UPDATE masterKeys SET wrappedByNext = ? WHERE id = ?',
  );
  const insertAll = database.transaction((rows: readonly KeyRow[]) => {
    for (const { kid, salt, masterKeyId } of rows) insertOne.run(kid, salt, masterKeyId);
  });
  const addMasterKey = database.transaction(({ id, checkValue, predecessor }: NewMasterKey) => {
    insertMasterKey.run(id, checkValue);
    if (predecessor) wrapMasterKey.run(predecessor.wrapped, predecessor.id);
  });
  return {
    insert: (rows) => insertAll.immediate(rows),
    find: (kid) => findOne.get(kid) ?? null,
    masterKeys: () => listMasterKeys.all(),
    addMasterKey: (added) => addMasterKey.immediate(added),
    close: () => database.close(),
  };
}
