import type { EventLogReader } from '@rollbook/event-log';
import { partitionOf, type PublishedEvent } from '@rollbook/event-relay';
import type { AnyBulkWriteOperation } from 'mongodb';
import { type FoldedBatch, foldBatch } from '../projection/fold-batch.js';
import { PageSize } from '../projection/page-size.js';
import {
  count,
  type Counts,
  type Due,
  lastTaken,
  nothingYet,
  skippedEvents,
  skippedTo,
} from './applied-counts.js';
import { Gatherer } from './gatherer.js';
import {
  checkpointsOf,
  loadClients,
  moveCheckpoint,
  UNORDERED,
  write,
  type Writes,
  writesOf,
} from './generation-store.js';
import { type GenerationCollections, reachable } from './models-database.js';
import {
  type Applied,
  type Checkpoint,
  GenerationGone,
  type MongodbProjection,
} from './mongodb-projector.js';
import type { StoredCheckpoint } from './schemas.js';

/** Events that are loaded, folded and written together: two round trips, or three. */
const CHUNK_EVENTS = 500;
/**
 * Documents of events that come one by one are written so far apart: what one bulk costs has little to do with its size, and
 * lists may be a hundredth of a second behind.
 */
const APART_MS = 10;
/** Each lost race means that another projector has got further, so losing again and again means something else. */
const TRIES = 10;

type CheckpointMove = AnyBulkWriteOperation<StoredCheckpoint>;
type ApplyOptions = Parameters<MongodbProjection['apply']>[2];

export type ProjectionSource = {
  collections: GenerationCollections;
  log: Pick<EventLogReader, 'readStream' | 'readAll'>;
  partitions: number;
  close: () => Promise<void>;
};

/** One generation, as a projector writes it ({@link MongodbProjection}). */
export class Projection implements MongodbProjection {
  readonly #source: ProjectionSource;
  /** Position per partition; may be behind what is stored, never before it. */
  readonly #reached = new Map<number, number>();
  /** Partitions whose last documents were not done, or not yet: the next ones go out by themselves. */
  readonly #unsettled = new Set<number>();
  readonly #clients: Gatherer<Writes['clients'][number]>;
  readonly #checkpoints: Gatherer<CheckpointMove>;

  constructor(source: ProjectionSource) {
    const { clients, checkpoints } = source.collections.bulk;
    this.#source = source;
    this.#clients = new Gatherer((operations) => clients.bulkWrite(operations, UNORDERED), {
      apartMs: APART_MS,
    });
    this.#checkpoints = new Gatherer((operations) => checkpoints.bulkWrite(operations, UNORDERED));
  }

  get generation(): number {
    return this.#source.collections.generation;
  }

  checkpoints(): Promise<readonly Checkpoint[]> {
    return reachable(() => this.#readCheckpoints());
  }

  apply(partition: number, events: readonly PublishedEvent[], options: ApplyOptions): Promise<Applied> {
    return reachable(() => this.#apply(partition, events, options));
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async #readCheckpoints(): Promise<readonly Checkpoint[]> {
    const stored = await checkpointsOf(this.#source.collections);
    for (const { _id, position } of stored) this.#reached.set(_id, position);
    return stored.map(({ _id, position, offset }) => ({ partition: _id, position, offset }));
  }

  async #apply(
    partition: number,
    events: readonly PublishedEvent[],
    { heartbeat, signal }: ApplyOptions,
  ): Promise<Applied> {
    const applied = nothingYet();
    for await (const chunk of this.#chunks(partition, events)) {
      await this.#take(partition, chunk, applied, { heartbeat, signal });
      if (applied.unknown !== null) break;
    }
    applied.last = lastTaken(events, applied.unknown?.position ?? Infinity);
    return applied;
  }

  /** What the model does not have yet, in order: of the run, and of what the partition should have had before it. */
  async *#chunks(partition: number, events: readonly PublishedEvent[]): AsyncGenerator<Due[]> {
    let reached = this.#reached.get(partition) ?? (await this.#readCheckpoint(partition));
    let chunk: Due[] = [];
    for (const event of events) {
      if (event.position <= reached) continue;
      if (event.previousPosition > reached) {
        if (chunk.length > 0) yield chunk;
        chunk = [];
        // Another projector may have had this partition meanwhile.
        reached = Math.max(reached, await this.#readCheckpoint(partition));
        if (event.position <= reached) continue;
        if (event.previousPosition > reached) yield* this.#missed(partition, reached, event.position);
      }
      chunk.push(event);
      reached = event.position;
      if (chunk.length < CHUNK_EVENTS) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  }

  async #readCheckpoint(partition: number): Promise<number> {
    const found = (await this.#readCheckpoints()).find((checkpoint) => checkpoint.partition === partition);
    if (found !== undefined) return found.position;
    throw new GenerationGone(`generation ${this.generation} has no checkpoint of partition ${partition}`);
  }

  /** The partition's events between two positions, from the log. */
  async *#missed(partition: number, after: number, before: number): AsyncGenerator<Due[]> {
    const { log, partitions } = this.#source;
    const size = new PageSize(CHUNK_EVENTS);
    for (let position = after; position < before - 1;) {
      const limit = Math.min(size.events, before - 1 - position);
      const page = await log.readAll({ after: position, limit });
      size.read(page);
      const last = page.at(-1);
      if (last === undefined) throw new Error(`the log ends at ${position}, before what was published`);
      position = last.position;
      const own = page.filter(({ streamId }) => partitionOf(streamId, partitions) === partition);
      if (own.length > 0) yield own.map((event) => ({ ...event, offset: null }));
    }
  }

  /** One chunk: load, fold, write, until nobody was faster; then the checkpoint. */
  async #take(
    partition: number,
    chunk: readonly Due[],
    applied: Counts,
    { heartbeat, signal }: ApplyOptions,
  ): Promise<void> {
    const { collections, log } = this.#source;
    // What was registered after the checkpoint is new, unless a race was lost or a checkpoint was not written.
    let newestRegistration = this.#reached.get(partition) ?? 0;
    let repairedGaps = 0;
    for (let lost = 0; ;) {
      signal.throwIfAborted();
      await heartbeat();
      let loaded: Awaited<ReturnType<typeof loadClients>> = new Map();
      const batch = await foldBatch(chunk, {
        load: async (clientIds) => {
          loaded = await loadClients(collections, clientIds);
          return new Map([...loaded].map(([client_id, record]) => [client_id, { ...record }]));
        },
        readStream: (...args) => log.readStream(...args),
        newestRegistration,
      });
      repairedGaps = Math.max(repairedGaps, batch.repairedGaps);
      const alone = this.#unsettled.has(partition);
      this.#unsettled.add(partition);
      const writes = writesOf(batch, loaded, skippedTo(chunk, batch));
      if (await write(collections, writes, (documents) => this.#clients.write(documents, { alone }))) {
        this.#unsettled.delete(partition);
        await this.#finish(partition, chunk, batch, repairedGaps);
        count(applied, chunk, batch, repairedGaps);
        return;
      }
      applied.lostRaces += 1;
      // Together with others it may have been one of theirs that was lost.
      if (alone) lost += 1;
      if (lost === TRIES) throw new Error(`another writer was faster ${TRIES} times in a row`);
      newestRegistration = Infinity;
    }
  }

  async #finish(
    partition: number,
    chunk: readonly Due[],
    batch: FoldedBatch,
    repairedGaps: number,
  ): Promise<void> {
    const { last, recordedAt } = batch;
    if (last === null) return;
    const offset = chunk.findLast((event) => event.offset !== null && event.position <= last.position);
    const from = this.#reached.get(partition) ?? 0;
    const to = {
      _id: partition,
      position: last.position,
      offset: offset?.offset ?? null,
      recordedAt,
      skippedEvents: skippedEvents(batch),
      repairedGaps,
    };
    const checkpoint = await moveCheckpoint(this.#source.collections, { from, to }, (moves) =>
      this.#checkpoints.write(moves),
    );
    if (checkpoint === 'gone') throw new GenerationGone(`generation ${this.generation} was dropped`);
    if (checkpoint === 'behind') {
      // Delivered again, the run begins at the stored checkpoint, and what lies between comes from the log.
      this.#reached.delete(partition);
      throw new Error(`partition ${partition} was further already: the database is in an earlier state`);
    }
    this.#reached.set(partition, last.position);
  }
}
