import type { EventLogReader } from '@rollbook/event-log';
import { streamIdOf } from '@rollbook/registration';
import { type FoldedBatch, foldBatch } from '../projection/fold-batch.js';
import { PageSize } from '../projection/page-size.js';
import { type ProjectionStatus, RebuildRunning, type RebuildStatus } from '../read-models.js';
import { type Generation, leftovers } from './generation.js';
import { ModelsUnusable, usable } from './models-file.js';
import { logMismatch, openModels, type OpenModels } from './opening.js';
import { rebuildModel } from './rebuild.js';
import { WorkerEnded } from './worker-calls.js';

const BATCH_EVENTS = 1000;
/** After the last events there are the projector rests, so that under load they come in batches, not one by one. */
const REST_MS = 40;
/** Looks for events without being woken: a wake-up that was lost costs a second, not the events. */
const POLL_MS = 1000;
/** Reading a position in each of a few threads takes milliseconds. */
const LONGEST_HOLD_MS = 5000;
const LONGEST_BACKOFF_MS = 30_000;

export type ProjectorOptions = {
  modelsFile: string;
  /** Closed by the projector. */
  reader: EventLogReader;
  onStatus: (status: ProjectionStatus) => void;
  /** Comes before each look at the log: what is appended from then on needs a wake-up of its own. */
  onLook: () => void;
  /** The models file was made anew: whoever has it open has to open it again. */
  onReplaced: () => void;
};

type Progress = 'more to come' | 'all taken in' | 'nothing new';
type RunningRebuild = { steps: AsyncGenerator<void, Generation>; status: RebuildStatus; beside: boolean };

/**
 * The loop that brings the clients model up to the log, rebuilds it, and retries parked clients. It has the one
 * connection that writes the models file, and does one thing at a time: what was asked for, then a batch of the live
 * projection, then a step of a rebuild.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  #models: OpenModels | null = null;
  #damage: string | null = null;
  #rebuild: RunningRebuild | null = null;
  /** Statements that drop what nobody uses any more, done one at a time. */
  #cleanup: string[] = [];
  #jobs: ((models: OpenModels | null) => Promise<void>)[] = [];
  readonly #pageSize = new PageSize(BATCH_EVENTS);
  #woken = false;
  #closing = false;
  #interrupt: (() => void) | null = null;
  readonly #ended: Promise<void>;
  readonly #status: ProjectionStatus = {
    name: 'clients',
    modelVersion: 0,
    position: 0,
    positionRecordedAt: null,
    state: 'live',
    lastError: null,
    parked: 0,
    skippedEvents: 0,
    repairedGaps: 0,
    rebuild: null,
    rebuilt: null,
  };

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#interrupt?.();
  }

  /** Starts a rebuild beside the live model. Rejects while one is running. */
  rebuild(): Promise<void> {
    return this.#exclusively(async (models) => {
      if (this.#rebuild !== null) throw new RebuildRunning('a rebuild is running already');
      this.#startRebuild(models, 'asked for', true);
      this.#tell();
    });
  }

  /** Folds a parked client again from its own stream, up to where the model is. */
  retryParked(client_id: string): Promise<boolean> {
    return this.#exclusively(async ({ live }) => {
      const record = live.load([client_id]).get(client_id);
      if (record === undefined || !record.parked) return false;
      record.parked = false;
      const afterVersion = record.document?.streamVersion ?? 0;
      const stream = await this.#options.reader.readStream(streamIdOf(client_id), { afterVersion });
      const batch = await foldBatch(
        stream.filter(({ position }) => position <= live.at.position),
        {
          load: () => new Map([[client_id, record]]),
          readStream: this.#readStream,
          newestRegistration: Infinity,
        },
      );
      if (batch.unknown !== null) throw new Error(batch.unknown.reason);
      live.commitRetry(client_id, batch);
      return batch.parked.size === 0;
    });
  }

  /**
   * Stands still until `release` is called, so that several readers can begin at the same position. Resolves when
   * it does; goes on by itself after a while, should the caller have died.
   */
  hold(): Promise<void> {
    return new Promise((held, reject) => {
      this.#exclusively(async () => {
        held();
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, LONGEST_HOLD_MS);
          this.release = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }).catch(reject);
    });
  }

  release: () => void = () => undefined;

  /** A reader of the models file found it damaged. */
  reportDamage(reason: string): void {
    this.#jobs.push(async (models) => {
      if (models !== null) throw new ModelsUnusable(reason);
    });
    this.wake();
  }

  /** Ends after the batch that is under way. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#interrupt?.();
    await this.#ended;
  }

  readonly #readStream: EventLogReader['readStream'] = (...args) => this.#options.reader.readStream(...args);

  #exclusively<Result>(work: (models: OpenModels) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#jobs.push(async (models) => {
        try {
          if (models === null) throw new WorkerEnded('the projector is not running now');
          resolve(await work(models));
        } catch (error) {
          reject(error);
          if (error instanceof ModelsUnusable) throw error;
        }
      });
      this.wake();
    });
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closing) {
      try {
        const progress = await this.#turn();
        failures = 0;
        this.#tell();
        const busy = this.#rebuild !== null || this.#cleanup.length > 0;
        if (busy || progress === 'more to come') await breathe();
        else if (progress === 'all taken in') await this.#sleep(REST_MS, false);
        else await this.#sleep(POLL_MS, true);
      } catch (error) {
        failures += 1;
        this.#pause(error instanceof Error ? error.message : String(error));
        if (error instanceof ModelsUnusable) this.#giveUpFile(error.message);
        this.#tell();
        await this.#runJobs(null);
        // The first damage is repaired at once; what fails again and again is tried less and less often.
        if (!(error instanceof ModelsUnusable) || failures > 1) await this.#sleep(backoffMs(failures), false);
      }
    }
    this.#status.state = 'stopped';
    await this.#runJobs(null);
    this.#models?.db.close();
    await this.#options.reader.close();
  }

  async #runJobs(models: OpenModels | null): Promise<void> {
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) await job(models);
  }

  /** One of each thing there is to do; says what the live model took in. */
  async #turn(): Promise<Progress> {
    const models = this.#models ?? (await this.#openModels());
    this.#woken = false;
    this.#options.onLook();
    await this.#runJobs(models);
    const waits = this.#rebuild?.beside === false;
    const progress = waits ? 'nothing new' : await this.#project(models.live);
    if (this.#rebuild !== null) await this.#stepRebuild(models, this.#rebuild);
    else {
      const statement = this.#cleanup.shift();
      if (statement !== undefined) usable(() => models.db.exec(statement));
    }
    return progress;
  }

  async #openModels(): Promise<OpenModels> {
    const { modelsFile, reader, onReplaced } = this.#options;
    const models = await openModels(modelsFile, reader, this.#damage);
    this.#models = models;
    this.#damage = null;
    this.#cleanup = leftovers(models.db, models.live);
    onReplaced();
    if (models.emptyBecause !== null) this.#startRebuild(models, models.emptyBecause, false);
    return models;
  }

  #giveUpFile(reason: string): void {
    this.#models?.db.close();
    this.#models = null;
    this.#damage = reason;
    this.#rebuild = null;
    this.#cleanup = [];
  }

  async #project(live: Generation): Promise<Progress> {
    const { reader } = this.#options;
    const limit = this.#pageSize.events;
    const events = await reader.readAll({ after: live.at.position, limit });
    this.#pageSize.read(events);
    if (events.length === 0) {
      const mismatch = (await reader.head()) < live.at.position ? await logMismatch(reader, live.at) : null;
      if (mismatch !== null) throw new ModelsUnusable(mismatch);
      this.#resume();
      return 'nothing new';
    }
    const batch = await foldBatch(events, {
      load: live.load,
      readStream: this.#readStream,
      newestRegistration: live.newestRegistration(),
    });
    live.commit(batch);
    this.#count(batch);
    if (batch.unknown !== null) {
      this.#pause(`position ${batch.unknown.position}: ${batch.unknown.reason}`);
      return 'nothing new';
    }
    this.#resume();
    return events.length === limit ? 'more to come' : 'all taken in';
  }

  #startRebuild({ db, live }: OpenModels, reason: string, beside: boolean): void {
    const startedAt = new Date().toISOString();
    const status: RebuildStatus = {
      state: 'folding',
      reason,
      position: 0,
      head: live.at.position,
      startedAt,
      differences: null,
      error: null,
    };
    this.#status.rebuild = status;
    // What an earlier rebuild left has to be gone before its tables' names are used again.
    for (const statement of this.#cleanup.splice(0)) usable(() => db.exec(statement));
    const steps = rebuildModel({ db, reader: this.#options.reader, live, beside, status });
    this.#rebuild = { steps, status, beside };
  }

  async #stepRebuild(models: OpenModels, { steps, status }: RunningRebuild): Promise<void> {
    try {
      const step = await steps.next();
      if (!step.done) return;
      models.live = step.value;
      this.#status.rebuild = null;
      this.#status.rebuilt = {
        reason: status.reason,
        finishedAt: new Date().toISOString(),
        differences: status.differences,
      };
    } catch (error) {
      if (error instanceof ModelsUnusable) throw error;
      status.state = 'failed';
      status.error = error instanceof Error ? error.message : String(error);
      usable(() => models.db.exec("DELETE FROM models WHERE state = 'building'"));
    }
    this.#rebuild = null;
    this.#cleanup = leftovers(models.db, models.live);
  }

  #count(batch: FoldedBatch): void {
    this.#status.repairedGaps += batch.repairedGaps;
    for (const events of batch.skipped.values()) this.#status.skippedEvents += events;
  }

  #pause(reason: string): void {
    this.#status.state = 'paused';
    this.#status.lastError = reason;
  }

  #resume(): void {
    this.#status.state = 'live';
    this.#status.lastError = null;
  }

  #tell(): void {
    const live = this.#models?.live;
    if (live !== undefined) {
      this.#status.modelVersion = live.generation;
      this.#status.position = live.at.position;
      this.#status.positionRecordedAt = live.at.recordedAt;
      this.#status.parked = live.parkedCount();
    }
    this.#options.onStatus(structuredClone(this.#status));
  }

  /** Rests; closing ends the rest at once, so does a wake-up (also one that came before) if `wakeable`. */
  async #sleep(ms: number, wakeable: boolean): Promise<void> {
    if (this.#closing || (wakeable && this.#woken)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#interrupt = () => {
        if (!this.#closing && !wakeable) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#interrupt = null;
  }
}

/** Lets messages in (a wake-up, closing) between two pieces of work. */
const breathe = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const backoffMs = (failures: number): number => Math.min(LONGEST_BACKOFF_MS, 250 * 2 ** failures);
