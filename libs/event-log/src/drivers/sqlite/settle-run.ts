import type Database from 'better-sqlite3';
import { LogDamaged } from '../../refusals.js';
import type { FullRun, RecentEvents } from './recent-events.js';

/** Events that move per event appended: above one, so that a run is gone before the next one is full. */
const MOVED_PER_APPENDED = 2;

/** A full run that is being moved, and how far it is. */
type Moving = { run: FullRun; order: Int32Array; moved: number; inThisCommit: number };

/**
 * Moves full runs of recent events into the stored index, a slice in each commit, so that no commit is much longer
 * than others.
 */
export function runSettler(db: Database.Database, recent: RecentEvents) {
  const insert = db.prepare<[string, number, number]>(
    'INSERT INTO streams (stream, version, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const stored = db
    .prepare<[string, number], number>('SELECT position FROM streams WHERE stream = ? AND version = ?')
    .pluck();
  const settle = db.prepare<[number]>('UPDATE stream_index SET settled = max(settled, ?)');
  let moving: Moving | null = null;

  const next = (): Moving | null => {
    const run = recent.full;
    if (run === null) return null;
    if (moving?.run.end === run.end) return moving;
    return { run, order: run.inKeyOrder(), moved: 0, inThisCommit: 0 };
  };
  const move = (count: number): void => {
    moving = next();
    if (moving === null) return;
    const { run, order, moved } = moving;
    const slice = order.subarray(moved, moved + count);
    for (const offset of slice) {
      const [stream, version, position] = run.at(offset);
      // Already there: a run that was cut short by the end of a process is moved again, or another handle moved it.
      if (insert.run(stream, version, position).changes > 0) continue;
      if (stored.get(stream, version) !== position) {
        throw new LogDamaged(`positions ${position} and another hold the same version of one stream`);
      }
    }
    moving.inThisCommit = slice.length;
    if (moved + slice.length === order.length) settle.run(run.end);
  };
  const committed = (): void => {
    if (moving !== null) {
      moving.moved += moving.inThisCommit;
      moving.inThisCommit = 0;
      if (moving.moved === moving.order.length) recent.settled(moving.run.end);
    }
    recent.roll();
  };

  return {
    /** Inside a transaction: moves as many events as go with so many appended ones. */
    move: (appended: number): void => move(appended * MOVED_PER_APPENDED),
    /** After its commit. A {@link move} that was rolled back is simply done again. */
    committed,
    /** Moves a run that an earlier process left full, so that what is read at the next start does not grow. */
    moveWhole: db.transaction(() => move(Number.MAX_SAFE_INTEGER)),
  };
}
