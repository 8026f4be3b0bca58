import { Worker } from 'node:worker_threads';
import type { FromCheck } from './check.worker.js';
import type { LogCheck, LogCheckProgress } from './log-check.js';

/**
 * Checks a whole log file, in a thread of its own, reading only; beside a running service it slows appends a little
 * and lets the WAL grow while SQLite checks its structure. A file that cannot be opened is a problem like any other.
 *
 * @param options.signal ends the check; the promise then rejects with its reason
 */
export function checkSqliteLog(
  file: string,
  options: { onProgress?: (progress: LogCheckProgress) => void; signal?: AbortSignal } = {},
): Promise<LogCheck> {
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  const worker = new Worker(new URL('./check.worker.js', import.meta.url), { workerData: { file } });
  return new Promise<LogCheck>((resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    worker.on('message', (message: FromCheck) => {
      if ('result' in message) resolve(message.result);
      else onProgress?.(message.progress);
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error(`the check of ${file} ended without a result`)));
  }).finally(() => worker.terminate());
}
