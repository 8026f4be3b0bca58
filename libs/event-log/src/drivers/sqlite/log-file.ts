import { chmodSync } from 'node:fs';
import Database from 'better-sqlite3';
import { LogDamaged } from '../../refusals.js';
import { failureOf, readFailure } from './failures.js';
import { checkNewestEvents } from './newest-events.js';
import { StreamIndex } from './stream-index.js';

/** "Roll" in ASCII: marks the file as ours (SQLite's `application_id`). */
const APPLICATION_ID = 0x526f6c6c;
/** Version of the schema below (SQLite's `user_version`). A change is a new number and a step up from the old one. */
const FORMAT = 1;

// `rest` counts the events that the same command appended after this one, so that the end of a commit is known;
// `crc` is the CRC-32 of the text's octets: damage to a text is invisible to SQLite. The triggers are for the slip
// of a hand: stored events are never rewritten (design §3).
const SCHEMA = `
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    rest INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE streams (
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE stream_index (settled INTEGER NOT NULL) STRICT;
  INSERT INTO stream_index VALUES (0);
  CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'stored events are never changed'); END;
  CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'stored events are never deleted'); END;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`;

/** Page cache of a connection, in KiB: the writer's holds the upper levels of a large index, a reader's a few pages. */
const WRITER_CACHE_KIB = 16_384;
const READER_CACHE_KIB = 2_048;
/** How long a connection waits for another's lock; only a second handle on the same log can hold one. */
const LOCK_TIMEOUT_MS = 5_000;
/** What the WAL file shrinks to after a burst, in octets. */
const WAL_KEPT_OCTETS = 32 * 1024 * 1024;

/**
 * Opens the log for its writer; makes it where there is none, mode 0600.
 *
 * @throws LogDamaged one sentence: another program's file, a newer format, or newest events that contradict themselves
 */
export function openLogForWriting(file: string): { db: Database.Database; index: StreamIndex } {
  const db = new Database(file, { timeout: LOCK_TIMEOUT_MS });
  return orClose(db, file, () => {
    chmodSync(file, 0o600); // before there is anything in it; -wal and -shm are made with the mode of the file
    db.pragma('synchronous = FULL');
    db.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
    db.pragma(`journal_size_limit = ${WAL_KEPT_OCTETS}`);
    // Checkpoints are the writer's own step after the acknowledgement; in a commit, SQLite would swallow their errors.
    db.pragma('wal_autocheckpoint = 0');
    // One transaction, so a file whose making was interrupted is still empty. A second handle may make it meanwhile.
    db.transaction(() => isEmpty(db) && db.exec(SCHEMA)).immediate();
    checkHeader(db, file);
    db.pragma('journal_mode = WAL');
    const index = new StreamIndex(db);
    checkNewestEvents(db, index, file);
    return { db, index };
  });
}

/**
 * Opens an existing log for reading only.
 *
 * @throws LogDamaged, LogUnavailable
 */
export function openLogForReading(file: string): Database.Database {
  let db: Database.Database;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: LOCK_TIMEOUT_MS });
  } catch (error) {
    throw readFailure(error, file);
  }
  return orClose(db, file, () => {
    db.pragma(`cache_size = -${READER_CACHE_KIB}`);
    checkHeader(db, file);
    return db;
  });
}

function orClose<T>(db: Database.Database, file: string, prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    db.close();
    if (failureOf(error) === 'damaged') throw readFailure(error, file);
    throw error;
  }
}

const isEmpty = (db: Database.Database): boolean =>
  pragmaNumber(db, 'application_id') === 0 &&
  db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;

function checkHeader(db: Database.Database, file: string): void {
  if (pragmaNumber(db, 'application_id') !== APPLICATION_ID) {
    throw new LogDamaged(`${file} is not an event log of Rollbook, or its header is damaged`);
  }
  const format = pragmaNumber(db, 'user_version');
  if (format === FORMAT) return;
  throw new LogDamaged(
    `${file} has format ${format}, this release reads format ${FORMAT}: start the release that wrote it`,
  );
}

const pragmaNumber = (db: Database.Database, name: string): number =>
  Number(db.pragma(name, { simple: true }));
