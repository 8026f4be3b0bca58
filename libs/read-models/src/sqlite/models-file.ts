import { closeSync, openSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Goes up with every change of what is stored or of what `project` gives; a file of another version is made anew. */
const FORMAT = 1;
/** Tells our file from any other SQLite file: "rbrm". */
const APPLICATION_ID = 0x7262726d;

/** The file can't be used: damaged, of another version, not ours. What to do is always the same: make it anew. */
export class ModelsUnusable extends Error {
  override readonly name = 'ModelsUnusable';
}

/** The live model, and the one that a rebuild is making. `generation` is the `modelVersion` that operators see. */
export type ModelRow = {
  generation: number;
  state: 'live' | 'building';
  position: number;
  recordedAt: string | null;
  /** SHA-256 of the text of the event at `position` (base64url): tells a log that was replaced. */
  digest: string | null;
};

const SCHEMA = `
  CREATE TABLE models (
    generation INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('live', 'building')),
    position INTEGER NOT NULL,
    recordedAt TEXT,
    digest TEXT
  ) STRICT;
  CREATE UNIQUE INDEX models_state ON models (state);
`;

/**
 * Opens the models file for the one writer, and makes it when there is none. Throws `ModelsUnusable`; any other error
 * (no access, no space) is the operator's to solve.
 */
export function openModelsFile(file: string): Database.Database {
  // Made by us, so that nobody else can read it from the first moment on; SQLite gives -wal and -shm the same mode.
  closeSync(openSync(file, 'a', 0o600));
  return usable(() => {
    const db = new Database(file, { timeout: 5000 });
    try {
      // A document takes about 1 KiB: pages of 8 KiB are better filled than those of 4.
      db.pragma('page_size = 8192');
      db.pragma('journal_mode = WAL');
      // A power loss may take the last batches along; they are projected again from the log.
      db.pragma('synchronous = NORMAL');
      db.pragma('cache_size = -16000');
      // Index pages are written again and again; moved into the database less often, that costs half as much.
      db.pragma('wal_autocheckpoint = 4000');
      db.pragma('journal_size_limit = 67108864');
      if (db.pragma('schema_version', { simple: true }) === 0) create(db);
      check(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Opens the file for reading. Throws `ModelsUnusable`, also when there is no file (yet). */
export function openModelsReader(file: string): Database.Database {
  return usable(() => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    try {
      db.pragma('cache_size = -6000');
      check(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Removes the file and what SQLite keeps beside it. */
export function removeModelsFile(file: string): void {
  for (const suffix of ['-wal', '-shm', '']) rmSync(`${file}${suffix}`, { force: true });
}

export function modelRow(db: Database.Database, state: ModelRow['state']): ModelRow | null {
  return db.prepare<[string], ModelRow>('SELECT * FROM models WHERE state = ?').get(state) ?? null;
}

function create(db: Database.Database): void {
  db.transaction(() => {
    db.exec(SCHEMA);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${FORMAT}`);
  })();
}

function check(db: Database.Database): void {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new ModelsUnusable('the models file is not one of ours');
  }
  if (db.pragma('user_version', { simple: true }) !== FORMAT) {
    throw new ModelsUnusable('the models file is of another version');
  }
}

/** What SQLite says about a file that is damaged; `SQLITE_ERROR`: its tables are not the ones that our SQL names. */
const UNUSABLE = /^SQLITE_(CORRUPT|NOTADB|ERROR|CANTOPEN|MISMATCH|CONSTRAINT)/;

/** Runs what works on the models file, and gives errors that speak of a damaged file as `ModelsUnusable`. */
export function usable<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError && UNUSABLE.test(error.code)) {
      throw new ModelsUnusable(`the models file is damaged: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
