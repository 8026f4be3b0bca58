import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { EventLog } from '../../event-log.js';
import { HeadWaiters } from '../../head-waiters.js';
import { LogDamaged, LogUnavailable } from '../../refusals.js';
import { AppendQueue } from './append-queue.js';
import { openSqliteLogReader } from './sqlite-log-reader.js';
import type { FromWriter, ToWriter, WriterOptions } from './writer-messages.js';

/** Appends that may be under way, when the caller names no number. */
const MAX_IN_FLIGHT = 1_024;
/** How often someone who waits looks for what another handle on the same file appended. */
const LOOK_AGAIN_MS = 100;
/** Young generation of the writer's heap: its texts live for one group, and the default would keep 48 MiB of them. */
const WRITER_YOUNG_GENERATION_MIB = 8;

type Options = {
  file: string;
  /** Appends under way before further ones are refused as busy. */
  maxInFlight?: number;
  /** Ends the process after a failure behind which nothing can be trusted; by default one line and exit status 1. */
  onFatal?: (sentence: string) => void;
  /** Bounds the file, in pages, to try a full disk without one. */
  maxPages?: number;
};

/**
 * Opens the log in a SQLite file, making it where there is none; its writer runs in a thread of its own. What it
 * guarantees is in the README beside this file.
 *
 * @throws LogDamaged, LogUnavailable with one sentence that names the file
 */
export async function openSqliteEventLog(options: Options): Promise<EventLog> {
  const { file, maxInFlight = MAX_IN_FLIGHT, onFatal = endProcess } = options;
  const workerData: WriterOptions = { file, maxPages: options.maxPages };
  const worker = new Worker(new URL('./writer.worker.js', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: WRITER_YOUNG_GENERATION_MIB },
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await opened(worker, file);
  const reader = openSqliteLogReader({ file });
  const waiters = new HeadWaiters();
  const closing = new AbortController();
  const queue = new AppendQueue({
    maxInFlight,
    post: (group) => worker.postMessage(group satisfies ToWriter),
  });
  let failed = false;
  const fail = (sentence: string): void => {
    if (failed || closing.signal.aborted) return;
    failed = true;
    queue.fail(sentence);
    onFatal(sentence);
  };
  worker.on('message', (message: FromWriter) => {
    if (message.kind === 'fatal') return fail(message.sentence);
    if (message.kind === 'opened' || message.kind === 'not opened') return;
    queue.settle(message);
    if (message.kind === 'committed') waiters.advance(message.head);
  });
  worker.on('error', (error) => fail(`${file}: the writer stopped: ${error.message}`));
  worker.on('exit', () => fail(`${file}: the writer stopped`));

  let lookAgain: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    waiters.advance(await reader.head());
    if (waiters.size > 0) lookLater();
  };
  const lookLater = (): void => {
    lookAgain ??= setTimeout(() => {
      lookAgain = undefined;
      look().catch((error: unknown) => waiters.fail(error));
    }, LOOK_AGAIN_MS);
  };

  return {
    append: (append) => queue.append(append),
    // Its own process locks it, and looks at its end when it starts.
    requireWhole: async () => {},
    readStream: (streamId, page) => reader.readStream(streamId, page),
    readAll: (page) => reader.readAll(page),
    head: () => reader.head(),
    async waitAfter(position, signal) {
      signal.throwIfAborted();
      const head = await reader.head();
      if (head > position) return head;
      lookLater();
      return waiters.wait(position, AbortSignal.any([signal, closing.signal]));
    },
    async close() {
      await queue.drain();
      if (closing.signal.aborted) return exited;
      closing.abort(new LogUnavailable('closed', 'the event log is closed'));
      clearTimeout(lookAgain);
      await reader.close();
      worker.postMessage('close' satisfies ToWriter);
      await exited;
    },
  };
}

function opened(worker: Worker, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: FromWriter) => {
      worker.off('error', reject);
      if (message.kind === 'opened') return resolve();
      if (message.kind !== 'not opened')
        return reject(new Error(`${file}: the writer answered before it opened`));
      reject(message.damaged ? new LogDamaged(message.sentence) : unavailable(file, message.sentence));
    });
  });
}

const unavailable = (file: string, sentence: string): LogUnavailable =>
  new LogUnavailable('storage', `${file} cannot be opened: ${sentence}`);

function endProcess(sentence: string): void {
  try {
    writeSync(process.stderr.fd, `rollbook: ${sentence}\n`); // process.stderr would write a pipe after the end
  } finally {
    process.exit(1); // also when nobody reads the pipe
  }
}
