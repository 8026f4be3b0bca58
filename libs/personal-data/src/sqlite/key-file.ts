import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { KeyRow } from './derive.js';

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE masterKeys (id INTEGER PRIMARY KEY, checkValue BLOB NOT NULL, wrappedByNext BLOB);
  CREATE TABLE keys (kid BLOB PRIMARY KEY, salt BLOB NOT NULL, masterKeyId INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** How long a statement waits for another connection's lock, in milliseconds. */
const BUSY_MS = 1000;

/** A master key as the file knows it: a value to recognise it by, and the key itself wrapped by its successor. */
export type MasterKeyRow = { id: number; checkValue: Buffer; wrappedByNext: Buffer | null };

/** A master key that is being replaced, wrapped by the new one. */
type Predecessor = { id: number; wrapped: Buffer };

/** The rows of `keys.sqlite`; opened once by the thread that finds keys and once by the one that makes them. */
export type KeyFile = {
  /** All or nothing, and durable when it returns. */
  insert(rows: readonly KeyRow[]): void;
  find(kid: Buffer): KeyRow | null;
  masterKeys(): MasterKeyRow[];
  /** Adds a master key and, on a rotation, what its predecessor is wrapped to; all or nothing, durable. */
  addMasterKey(checkValue: Buffer, predecessor: Predecessor | null): void;
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
  const insertMasterKey = database.prepare<[Buffer]>('INSERT INTO masterKeys (checkValue) VALUES (?)');
  const wrapMasterKey = database.prepare<[Buffer, number]>(
    'UPDATE masterKeys SET wrappedByNext = ? WHERE id = ?',
  );
  const insertAll = database.transaction((rows: readonly KeyRow[]) => {
    for (const { kid, salt, masterKeyId } of rows) insertOne.run(kid, salt, masterKeyId);
  });
  const addMasterKey = database.transaction((checkValue: Buffer, predecessor: Predecessor | null) => {
    insertMasterKey.run(checkValue);
    if (predecessor) wrapMasterKey.run(predecessor.wrapped, predecessor.id);
  });
  return {
    insert: (rows) => insertAll.immediate(rows),
    find: (kid) => findOne.get(kid) ?? null,
    masterKeys: () => listMasterKeys.all(),
    addMasterKey: (checkValue, predecessor) => addMasterKey.immediate(checkValue, predecessor),
    close: () => database.close(),
  };
}
