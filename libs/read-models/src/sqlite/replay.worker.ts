import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { openSqliteLogReader } from '@rollbook/event-log';
import { tablesOf } from './clients-tables.js';
import { modelRow, ModelsUnusable, openModelsReader, usable } from './models-file.js';
import { findLacking, replaySegment, type ReplaySegment } from './replay.js';
import { answerCalls, type Notice } from './worker-calls.js';

if (parentPort === null) throw new Error('replay.worker runs as a worker thread only');
const port = parentPort;
const { modelsFile, logFile } = workerData as { modelsFile: string; logFile: string };

let db: Database.Database | null = null;
let aborted = false;
let running: Promise<unknown> = Promise.resolve();
const reader = openSqliteLogReader({ file: logFile });

/** Where the live model is now. */
function peek(): { generation: number; position: number } {
  const models = openModelsReader(modelsFile);
  try {
    return liveModel(models);
  } finally {
    models.close();
  }
}

function liveModel(models: Database.Database): { generation: number; position: number } {
  const row = modelRow(models, 'live');
  if (row === null) throw new ModelsUnusable('the models file has no live model');
  return { generation: row.generation, position: row.position };
}

/** Begins the read transaction in which everything is compared. */
function begin(): { generation: number; position: number } {
  db = openModelsReader(modelsFile);
  db.exec('BEGIN');
  return liveModel(db);
}

/** A message costs more than a page of events, so progress is told this often at most. */
const PROGRESS_EVERY_MS = 100;
let toldAt = performance.now();
function tellProgress(value: number): void {
  if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
  toldAt = performance.now();
  port.postMessage({ notice: 'progress', value } satisfies Notice);
}

type Part = { generation: number; position: number; from: number; to: number };
function segment({ generation, position, from, to }: Part): ReplaySegment {
  if (db === null) throw new Error('begin comes first');
  return {
    db,
    tables: tablesOf(generation),
    position,
    from,
    to,
    reader,
    onProgress: tellProgress,
    throwIfAborted() {
      if (aborted) throw new Error('the replay was aborted');
    },
  };
}

/** One thing after the other, so that closing knows what it waits for. */
function run<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = work();
  running = result.catch(() => undefined);
  return result;
}

answerCalls(port, {
  peek: () => usable(peek),
  begin: () => usable(begin),
  replay: (part: Part) => run(() => replaySegment(segment(part))),
  findLacking: (part: Part) => run(() => findLacking(segment(part))),
  abort() {
    aborted = true;
  },
  async close() {
    aborted = true;
    await running;
    db?.close();
    await reader.close();
  },
});
