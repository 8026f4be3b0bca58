import { availableParallelism } from 'node:os';
import { REPORTED_DIFFERENCES, type ReplayProgress, type ReplayReport } from '../read-models.js';
import type { findLacking, SegmentReport } from './replay.js';
import type { WorkerCalls } from './worker-calls.js';

/** More threads would only wait for each other's disk. */
const MOST_THREADS = 4;
/** A shorter log is replayed by one thread before the others have started. */
const LEAST_EVENTS_PER_THREAD = 20_000;
/** Progress is told this often at most. */
const PROGRESS_EVERY_MS = 100;

type Start = { generation: number; position: number };
export type ReplayThread = { calls: WorkerCalls; onProgress: (eventsDone: number) => void };

export type ReplayThreads = {
  start: () => ReplayThread;
  /** Where the live model is, or was a moment ago. */
  about: number;
  projector: WorkerCalls;
  onProgress: (progress: ReplayProgress) => void;
  signal: AbortSignal;
};

/**
 * Replays the log in parts of equal length, a thread each. All compare with the model at one and the same position:
 * the projector stands still for the moment in which they begin.
 */
export async function replayInThreads({
  start,
  about,
  projector,
  onProgress,
  signal,
}: ReplayThreads): Promise<ReplayReport> {
  const startedAt = performance.now();
  const wanted = Math.min(MOST_THREADS, availableParallelism(), Math.ceil(about / LEAST_EVENTS_PER_THREAD));
  const first = start();
  const threads = [first, ...Array.from({ length: Math.max(0, wanted - 1) }, start)];
  // Started before the projector waits for them.
  await Promise.all(threads.map(({ calls }) => calls.call('peek')));
  const { generation, position } = await beginTogether(threads, projector);

  const length = Math.ceil(position / threads.length);
  const done = threads.map(() => 0);
  let told = startedAt;
  const parts = threads.map((thread, i) => {
    thread.onProgress = (events) => {
      done[i] = events;
      if (performance.now() - told < PROGRESS_EVERY_MS) return;
      told = performance.now();
      onProgress({ position: done.reduce((sum, part) => sum + part, 0), head: position });
    };
    const from = Math.min(i * length, position);
    return thread.calls.call<SegmentReport>('replay', {
      generation,
      position,
      from,
      to: Math.min(from + length, position),
    });
  });
  const reports = await settled(parts, threads);
  signal.throwIfAborted();

  const sum = (count: (report: SegmentReport) => number) =>
    reports.reduce((total, report) => total + count(report), 0);
  let differing = sum((report) => report.differing);
  const differences = reports.flatMap((report) => report.differences);
  if (sum((report) => report.laterMet) !== sum((report) => report.laterFolded)) {
    const whole = { generation, position, from: 0, to: position };
    const lacking = await first.calls.call<Awaited<ReturnType<typeof findLacking>>>('findLacking', whole);
    differing += lacking.differing;
    differences.push(...lacking.differences);
  }
  onProgress({ position, head: position });
  return {
    position,
    events: sum((report) => report.events),
    clients: sum((report) => report.clients),
    equal: differing === 0,
    differing,
    differences: differences.slice(0, REPORTED_DIFFERENCES),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function beginTogether(threads: readonly ReplayThread[], projector: WorkerCalls): Promise<Start> {
  await projector.call('hold');
  try {
    const starts = await Promise.all(threads.map(({ calls }) => calls.call<Start>('begin')));
    const [start] = starts;
    if (start === undefined || starts.some(({ position }) => position !== start.position)) {
      throw new Error('the replay could not begin at one position');
    }
    return start;
  } finally {
    projector.post('release');
  }
}

/** All results; when one part fails, the others are ended and waited for first. */
async function settled<Result>(
  parts: readonly Promise<Result>[],
  threads: readonly ReplayThread[],
): Promise<Result[]> {
  try {
    return await Promise.all(parts);
  } catch (error) {
    for (const { calls } of threads) calls.post('abort');
    await Promise.allSettled(parts);
    throw error;
  }
}
