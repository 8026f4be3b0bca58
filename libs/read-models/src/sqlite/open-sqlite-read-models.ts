import { Worker } from 'node:worker_threads';
import type { ClientPage } from '../clients/query.js';
import type { ClientStatistics } from '../clients/statistics.js';
import {
  type ParkedClient,
  type ProjectionStatus,
  type ReadModels,
  ReadModelsUnavailable,
  RebuildRunning,
  type ReplayReport,
  UnknownProjection,
} from '../read-models.js';
import { replayInThreads, type ReplayThread } from './replay-in-threads.js';
import { type Notice, type WorkerCalls, workerCalls } from './worker-calls.js';

export type SqliteReadModelsOptions = {
  /** `models.sqlite`: made, and made anew when it is of no use. Nothing in it is worth a backup. */
  modelsFile: string;
  /** `log.sqlite`, which is only read. It has to exist. */
  logFile: string;
};

/** Heap bounds per thread in MiB: pages and batches are bounded, so more would only be garbage not yet collected. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 };

type Thread = { worker: Worker; calls: WorkerCalls };

/**
 * The read models in one SQLite file: a projector in a worker thread of its own, queries in a second one, each replay
 * in one that ends with it. Resolves once the projector has looked at the file (README: what is guaranteed).
 */
export async function openSqliteReadModels(options: SqliteReadModelsOptions): Promise<ReadModels> {
  const models = new SqliteReadModels(options);
  await models.opened;
  return models;
}

class SqliteReadModels implements ReadModels {
  readonly #options: SqliteReadModelsOptions;
  readonly #threads = new Set<Thread>();
  readonly #projector: Thread;
  #query: Thread | null = null;
  #status: ProjectionStatus | null = null;
  #closed = false;
  /** 1 while the projector has a wake-up before it that it has not yet seen. */
  readonly #wakeUp = new Int32Array(new SharedArrayBuffer(4));
  readonly opened: Promise<void>;
  #opening: { resolve: () => void; reject: (error: Error) => void } | null = null;

  constructor(options: SqliteReadModelsOptions) {
    this.#options = options;
    this.opened = new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
    });
    this.#projector = this.#start(
      new URL('./projector.worker.js', import.meta.url),
      ({ notice, value }) => {
        if (notice === 'replaced') this.#query?.calls.post('reopen');
        if (notice !== 'status') return;
        this.#status = value as ProjectionStatus;
        this.#opening?.resolve();
      },
      (error) => {
        this.#opening?.reject(error);
        if (this.#status !== null)
          this.#status = { ...this.#status, state: 'stopped', lastError: error.message };
      },
    );
  }

  listClients(query: Parameters<ReadModels['listClients']>[0]): Promise<ClientPage> {
    return this.#ask('listClients', query);
  }

  statistics(): Promise<ClientStatistics> {
    return this.#ask('statistics');
  }

  parked(): Promise<ParkedClient[]> {
    return this.#ask('parked');
  }

  async projections(): Promise<ProjectionStatus[]> {
    this.#refuseClosed();
    return this.#status === null ? [] : [this.#status];
  }

  wake(): void {
    if (Atomics.exchange(this.#wakeUp, 0, 1) === 0) this.#projector.calls.post('wake');
  }

  async rebuild(name: string): Promise<void> {
    this.#refuseClosed();
    if (name !== 'clients') throw new UnknownProjection(`there is no projection ${JSON.stringify(name)}`);
    await this.#call(this.#projector, 'rebuild');
  }

  async retryParked(client_id: string): Promise<boolean> {
    this.#refuseClosed();
    return this.#call(this.#projector, 'retryParked', client_id);
  }

  async replay(options: Parameters<ReadModels['replay']>[0]): Promise<ReplayReport> {
    this.#refuseClosed();
    const { signal, onProgress } = options;
    signal.throwIfAborted();
    const threads: Thread[] = [];
    const start = (): ReplayThread => {
      const url = new URL('./replay.worker.js', import.meta.url);
      const thread = this.#start(
        url,
        ({ value }) => replayThread.onProgress(value as number),
        () => undefined,
      );
      const replayThread: ReplayThread = { calls: thread.calls, onProgress: () => undefined };
      threads.push(thread);
      return replayThread;
    };
    const abort = (): void => {
      for (const thread of threads) thread.calls.post('abort');
    };
    signal.addEventListener('abort', abort);
    try {
      return await replayInThreads({
        start,
        about: this.#status?.position ?? 0,
        projector: this.#projector.calls,
        onProgress,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#portError(error);
    } finally {
      signal.removeEventListener('abort', abort);
      await Promise.all(threads.map((thread) => this.#end(thread)));
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => this.#end(thread)));
  }

  async #ask<Result>(method: string, argument?: unknown): Promise<Result> {
    this.#refuseClosed();
    this.#query ??= this.#start(
      new URL('./query.worker.js', import.meta.url),
      () => undefined,
      () => {
        // The next question starts it anew.
        this.#query = null;
      },
    );
    return this.#call(this.#query, method, argument);
  }

  async #call<Result>(thread: Thread, method: string, argument?: unknown): Promise<Result> {
    try {
      return await thread.calls.call<Result>(method, argument);
    } catch (error) {
      throw this.#portError(error);
    }
  }

  /** What a thread failed with, as an error of the port. The projector is told of a damaged file. */
  #portError(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const { name, message } = error;
    if (name === 'RebuildRunning') return new RebuildRunning(message);
    if (name !== 'ModelsUnusable' && name !== 'WorkerEnded') return error;
    if (name === 'ModelsUnusable') this.#projector.calls.post('reportDamage', message);
    return new ReadModelsUnavailable(message, { cause: error });
  }

  #start(url: URL, onNotice: (notice: Notice) => void, onDeath: (error: Error) => void): Thread {
    const workerData = { ...this.#options, wakeUp: this.#wakeUp };
    const worker = new Worker(url, { workerData, resourceLimits: RESOURCE_LIMITS });
    const thread: Thread = {
      worker,
      calls: workerCalls(worker, onNotice, (error) => {
        this.#threads.delete(thread);
        onDeath(error);
      }),
    };
    this.#threads.add(thread);
    return thread;
  }

  /** Lets a thread finish what it is at, then ends it. */
  async #end(thread: Thread): Promise<void> {
    if (this.#threads.has(thread)) await thread.calls.call('close');
    await thread.worker.terminate();
  }

  #refuseClosed(): void {
    if (this.#closed) throw new ReadModelsUnavailable('the read models are closed');
  }
}
