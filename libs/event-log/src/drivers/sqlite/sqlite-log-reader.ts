import type { EventLogReader, StoredEvent } from '../../event-log.js';
import { LogUnavailable } from '../../refusals.js';
import { readFailure } from './failures.js';
import { openLogForReading } from './log-file.js';
import { StreamIndex } from './stream-index.js';
import { streamIdOf, streamKeyOf } from './stream-key.js';

type Row = [position: number, stream: string, version: number, text: string];
/** SQLite's word for no limit. */
const NO_LIMIT = -1;

/**
 * Reads a log that exists, in the caller's thread and beside its writer. Every call is one statement, so no read
 * transaction outlives a page. It is not told of appends: ask again, or be woken by whoever appended.
 *
 * @throws LogDamaged, LogUnavailable also from its methods
 */
export function openSqliteLogReader({ file }: { file: string }): EventLogReader {
  const db = openLogForReading(file);
  const columns = 'SELECT position, stream, version, text FROM events';
  const all = db
    .prepare<[number, number], Row>(`${columns} WHERE position > ? ORDER BY position LIMIT ?`)
    .raw();
  const one = db.prepare<[number], Row>(`${columns} WHERE position = ?`).raw();
  const head = db.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
  const read = <T>(query: () => T): T => {
    if (!db.open) throw new LogUnavailable('closed', 'the event log is closed');
    try {
      return query();
    } catch (error) {
      throw readFailure(error, file);
    }
  };
  let index: StreamIndex | null = null; // who only follows the log needs none
  const rowsOf = (streamId: string, afterVersion: number, limit: number): Row[] => {
    if (index === null) index = new StreamIndex(db);
    else index.catchUp();
    const positions = index.positionsOf(streamKeyOf(streamId), afterVersion, limit);
    return positions.map((position) => one.get(position)).filter((row) => row !== undefined);
  };
  return {
    async readStream(streamId, { afterVersion = 0, limit = NO_LIMIT } = {}) {
      return read(() => rowsOf(streamId, afterVersion, limit)).map(eventOf);
    },
    async readAll({ after, limit }) {
      return read(() => all.all(after, limit)).map(eventOf);
    },
    async head() {
      return read(() => head.get()) ?? 0;
    },
    async close() {
      db.close();
    },
  };
}

const eventOf = ([position, stream, streamVersion, text]: Row): StoredEvent => ({
  position,
  streamId: streamIdOf(stream),
  streamVersion,
  text,
});
