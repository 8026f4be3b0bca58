import type { EventLogReader } from '@rollbook/event-log';
import type Database from 'better-sqlite3';
import { createGeneration, digestOf, type Generation, openGeneration } from './generation.js';
import { modelRow, ModelsUnusable, openModelsFile, removeModelsFile, usable } from './models-file.js';

export type OpenModels = {
  db: Database.Database;
  live: Generation;
  /** Why the live model is empty and has to be made from the log; null when it is in order, or the log is empty. */
  emptyBecause: string | null;
};

/**
 * Opens the models file, or makes it anew when it is missing, damaged, of another version, or was not made from this
 * log. `damage`: what made a running projector give up its file, which is removed first.
 */
export async function openModels(
  file: string,
  reader: EventLogReader,
  damage: string | null,
): Promise<OpenModels> {
  let reason = damage;
  if (reason === null) {
    try {
      const found = openFound(file);
      if (found !== null) {
        const mismatch = await logMismatch(reader, found.live.at);
        if (mismatch === null) return { ...found, emptyBecause: null };
        found.db.close();
        reason = mismatch;
      }
    } catch (error) {
      if (!(error instanceof ModelsUnusable)) throw error;
      reason = error.message;
    }
  }
  removeModelsFile(file);
  const db = openModelsFile(file);
  const live = createGeneration(db, 1, 'live', true);
  const emptyBecause = (await reader.head()) === 0 ? null : (reason ?? 'there was no models file');
  return { db, live, emptyBecause };
}

/** The model of an existing file; null when the file has none yet. What a killed rebuild left counts for nothing. */
function openFound(file: string): { db: Database.Database; live: Generation } | null {
  const db = openModelsFile(file);
  try {
    return usable(() => {
      db.prepare("DELETE FROM models WHERE state = 'building'").run();
      const row = modelRow(db, 'live');
      if (row !== null) return { db, live: openGeneration(db, row) };
      db.close();
      return null;
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Why the model can't have been made from this log; null when the event at its checkpoint is the one it was. */
export async function logMismatch(reader: EventLogReader, at: Generation['at']): Promise<string | null> {
  if (at.position === 0) return null;
  const [event] = await reader.readAll({ after: at.position - 1, limit: 1 });
  if (event === undefined) return 'the log ends before the model: it was restored to an earlier state';
  return digestOf(event.text) === at.digest ? null : 'the log is not the one that the model was made from';
}
