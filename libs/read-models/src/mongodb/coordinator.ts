import type { EventLogReader } from '@rollbook/event-log';
import { lowWaterMark, type PublishedPositions } from '@rollbook/event-relay';
import { compareRange, RebuildRefused } from './compare-generations.js';
import { checkpointsOf } from './generation-store.js';
import type { GenerationCollections, ModelsDatabase } from './models-database.js';
import {
  type Coordination,
  failRebuild,
  forget,
  FORMAT,
  generationIn,
  type ModelsRecord,
  overdue,
  proceed,
  type RebuildRecord,
  requestRebuild,
  stopFollowing,
  switchOver,
  takeOver,
} from './models-record.js';
import type { CoordinationEvent, Pace } from './mongodb-projector.js';

/** Beats in the time after which a silent coordinator is replaced. */
const BEATS_PER_LEASE = 4;
/** Reports of projectors that are long gone. */
const REPORTS_KEPT_MS = 24 * 60 * 60 * 1000;

export type CoordinatorSource = {
  database: ModelsDatabase;
  published: { read(): Promise<PublishedPositions> };
  log: Pick<EventLogReader, 'readStream' | 'head'>;
  /** Unique among all coordinators that ever were. */
  holder: string;
  pace: Pace;
  on: (event: CoordinationEvent) => void;
};

const now = (): string => new Date().toISOString();

/**
 * Brings rebuilds forward and clears up behind them. Of several coordinators one at a time does so: the record names
 * it, each of its changes is conditional on being named there still, and one that has not moved for a while is
 * replaced. So one that was frozen and wakes up can't switch any more.
 */
export class Coordinator {
  readonly #source: CoordinatorSource;
  /** The coordinator that was last seen in the record, and when it last moved by our own clock. */
  #seen: { holder: string; beat: number; at: number } | null = null;
  #swept = false;

  constructor(source: CoordinatorSource) {
    this.#source = source;
  }

  /** Does what there is to do now. */
  async turn(signal: AbortSignal): Promise<void> {
    const record = await this.#source.database.record();
    await this.#clearUp(record);
    const live = generationIn(record, 'live');
    if (live !== undefined && live.format < FORMAT && record.rebuild === null) {
      const head = await this.#source.log.head();
      const reason = `the live model is of format ${live.format}`;
      await this.#source.database.change((current) =>
        current.rebuild === null ? requestRebuild(reason, head, now())(current) : null,
      );
      return;
    }
    const { rebuild } = record;
    // One of another format is for projectors of that release: our folds would not be its documents.
    if (rebuild === null || generationIn(record, 'building')?.format !== FORMAT) return;
    if (!(await this.#holds(rebuild))) return;
    await this.#bringForward(rebuild.generation, signal);
  }

  async #clearUp(record: ModelsRecord): Promise<void> {
    const { database, pace, on } = this.#source;
    const retired = overdue(record, 'retired', pace.retiredMs, now());
    if (retired.length > 0) await database.change(stopFollowing(retired, now()));
    const dropped = overdue(record, 'dropping', pace.droppingMs, now());
    // A projector that slept through it may have made collections anew: the first turn looks for such, too.
    if (dropped.length > 0 || !this.#swept) await database.drop(dropped, record);
    if (dropped.length > 0) await database.change(forget(dropped));
    for (const generation of dropped) on({ kind: 'dropped', generation });
    if (!this.#swept) {
      const before = new Date(Date.now() - REPORTS_KEPT_MS).toISOString();
      await database.reports.deleteMany({ reportedAt: { $lt: before } });
    }
    this.#swept = true;
  }

  /** Whether the rebuild is ours to bring forward; takes it when nobody does. */
  async #holds({ coordinator, generation }: RebuildRecord): Promise<boolean> {
    const { database, holder, pace, on } = this.#source;
    if (coordinator?.holder === holder) return true;
    if (coordinator !== null) {
      const same = this.#seen?.holder === coordinator.holder && this.#seen.beat === coordinator.beat;
      if (!same) this.#seen = { ...coordinator, at: performance.now() };
      if (!same || performance.now() - (this.#seen?.at ?? 0) < pace.leaseMs) return false;
    }
    if ((await database.change(takeOver(holder, coordinator))) === null) return false;
    on({ kind: 'took over', generation });
    return true;
  }

  /** Steps until the rebuild is done, has to wait, or is another's; says meanwhile that it is alive. */
  async #bringForward(generation: number, signal: AbortSignal): Promise<void> {
    const { database, holder, pace, on } = this.#source;
    const coordination = { holder, generation };
    const lost = new AbortController();
    let beating: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      beating = database.change(proceed(coordination, {})).then(
        (record) => record ?? lost.abort(),
        (error: unknown) => lost.abort(error),
      );
    }, pace.leaseMs / BEATS_PER_LEASE);
    try {
      while (!signal.aborted && !lost.signal.aborted && (await this.#step(coordination)));
    } catch (error) {
      if (!(error instanceof RebuildRefused)) throw error;
      if ((await database.change(failRebuild(coordination, error.message, now()))) === null) return;
      on({ kind: 'rebuild failed', generation, error });
    } finally {
      clearInterval(timer);
      await beating;
    }
  }

  /** One step of the rebuild. False: nothing more to do for now. */
  async #step(coordination: Coordination): Promise<boolean> {
    const { database, log, on } = this.#source;
    const record = await database.record();
    const { rebuild } = record;
    const live = generationIn(record, 'live');
    if (rebuild === null || live === undefined || rebuild.generation !== coordination.generation)
      return false;
    const collections = {
      live: database.generation(live.generation),
      next: database.generation(rebuild.generation),
    };
    const marks = await this.#marks(collections);
    const isThere = marks.next >= Math.max(marks.live, rebuild.head);
    if (rebuild.state === 'folding') {
      const state = isThere ? 'indexing' : 'folding';
      return (await database.change(proceed(coordination, { state }))) !== null && isThere;
    }
    if (rebuild.state === 'indexing') {
      await database.makeIndexes(rebuild.generation);
      const begun = { state: 'comparing', differences: 0, comparedTo: '' } as const;
      return (await database.change(proceed(coordination, begun))) !== null;
    }
    if (rebuild.state !== 'comparing') return false;
    // Documents of another format can only differ.
    const compared =
      live.format === FORMAT
        ? await compareRange({ ...collections, log, marks }, rebuild.comparedTo ?? '')
        : { differences: 0, comparedTo: null };
    const differences = (rebuild.differences ?? 0) + compared.differences;
    if (compared.comparedTo !== null) {
      const { comparedTo } = compared;
      return (await database.change(proceed(coordination, { differences, comparedTo }))) !== null;
    }
    // The end is compared again when the switch has to wait, so what differs there is not yet counted.
    if (!isThere) {
      await database.change(proceed(coordination, {}));
      return false;
    }
    const done = await database.change((current) => {
      const counted = proceed(coordination, { differences })(current);
      return counted === null ? null : switchOver(coordination, now())(counted);
    });
    if (done !== null) on({ kind: 'switched', generation: rebuild.generation });
    return false;
  }

  async #marks(collections: { live: GenerationCollections; next: GenerationCollections }) {
    const published = await this.#source.published.read();
    const mark = async (generation: GenerationCollections): Promise<number> =>
      lowWaterMark(published, positionsOf(await checkpointsOf(generation)));
    // The new one first, so that it has to be as far as the live one is a moment later.
    const next = await mark(collections.next);
    return { live: await mark(collections.live), next };
  }
}

const positionsOf = (checkpoints: readonly { _id: number; position: number }[]): Map<number, number> =>
  new Map(checkpoints.map(({ _id, position }) => [_id, position]));
