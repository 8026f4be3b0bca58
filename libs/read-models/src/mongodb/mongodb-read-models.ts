import type { EventLogReader } from '@rollbook/event-log';
import { lowWaterMark, type PublishedPositions, readPublishedPositions } from '@rollbook/event-relay';
import { KeptCount } from '../clients/kept-count.js';
import type { ClientPage, ClientQuery } from '../clients/query.js';
import type { ClientStatistics } from '../clients/statistics.js';
import { recordedAtOf } from '../projection/fold-batch.js';
import {
  type ParkedClient,
  type ProjectionStatus,
  type ReadModels,
  ReadModelsUnavailable,
  type RebuildStatus,
  type ReplayReport,
  UnknownProjection,
} from '../read-models.js';
import { countStatistics } from './count-statistics.js';
import { checkpointsOf } from './generation-store.js';
import { listClients } from './list-clients.js';
import { type GenerationCollections, ModelsDatabase, reachable } from './models-database.js';
import { FORMAT, generationIn, type ModelsRecord, requestRebuild } from './models-record.js';
import { replayLog } from './replay.js';
import { retryParked } from './retry-parked.js';
import type { StoredCheckpoint, StoredParked, StoredReport } from './schemas.js';

export type MongodbReadModelsOptions = {
  /** Whatever it says about concerns, writes are acknowledged by the majority and reads go to the primary. */
  url: string;
  database: string;
  /** For retries and replays. Closed by the caller, after the models. */
  log: EventLogReader;
};

/** A projector that has said nothing for so long is not at work. Their clocks have to agree within seconds. */
const REPORT_VALID_MS = 15_000;

type Published = { read(): Promise<PublishedPositions>; close(): Promise<void> };
/** A generation, the position that answers from it stand for, and what that comes from. */
type Model = {
  record: ModelsRecord;
  collections: GenerationCollections;
  published: PublishedPositions;
  checkpoints: StoredCheckpoint[];
  position: number;
};

/** {@link ReadModels} of MongoDB, for the processes that answer requests. */
export class MongodbReadModels implements ReadModels {
  readonly #log: MongodbReadModelsOptions['log'];
  readonly #database: ModelsDatabase;
  readonly #published: Published;
  readonly #kept = new KeptCount();
  /** Of the last position that was asked for. */
  #recordedAt: { position: number; recordedAt: string | null } = { position: 0, recordedAt: null };
  #closed = false;

  static async open(options: MongodbReadModelsOptions): Promise<MongodbReadModels> {
    const database = await ModelsDatabase.open(options);
    try {
      const published = await readPublishedPositions(options);
      const live = generationIn(await database.record(), 'live');
      if (live?.format === FORMAT) await database.makeIndexes(live.generation);
      return new MongodbReadModels(options.log, database, published);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(log: MongodbReadModelsOptions['log'], database: ModelsDatabase, published: Published) {
    this.#log = log;
    this.#database = database;
    this.#published = published;
  }

  listClients(query: ClientQuery): Promise<ClientPage> {
    return this.#ask(async () => {
      const { collections, position } = await this.#live();
      return { ...(await listClients(collections, query)), position };
    });
  }

  statistics(): Promise<ClientStatistics> {
    return this.#ask(async () => {
      const { collections, position } = await this.#live();
      const { generation } = collections;
      const began = Date.now();
      const kept = this.#kept.get({ generation, position }, began);
      if (kept !== null) return kept;
      const countedAt = new Date(began).toISOString();
      const statistics = { ...(await countStatistics(collections)), position, countedAt };
      return this.#kept.keep(statistics, generation, began, Date.now());
    });
  }

  projections(): Promise<ProjectionStatus[]> {
    return this.#ask(async () => {
      // Before the checkpoints: what a projector has reported is in them.
      const reports = await this.#database.reports.find().lean<StoredReport[]>();
      const { record, collections, published, checkpoints, position } = await this.#live();
      const { generation } = collections;
      const [parked, rebuild, positionRecordedAt] = await Promise.all([
        collections.parked.countDocuments(),
        this.#rebuildStatus(record, published),
        this.#recordedAtOf(position),
      ]);
      return [
        {
          name: 'clients',
          modelVersion: generation,
          position,
          positionRecordedAt,
          ...stateFrom(reports, generation, Date.now()),
          parked,
          skippedEvents: checkpoints.reduce((sum, { skippedEvents }) => sum + skippedEvents, 0),
          repairedGaps: checkpoints.reduce((sum, { repairedGaps }) => sum + repairedGaps, 0),
          rebuild,
          rebuilt: record.rebuilt,
        },
      ];
    });
  }

  /** Nothing to do: projectors hear of events from Kafka. */
  wake(): void {}

  rebuild(name: string): Promise<void> {
    return this.#ask(async () => {
      if (name !== 'clients') throw new UnknownProjection(`there is no projection ${JSON.stringify(name)}`);
      const head = await this.#log.head();
      await this.#database.change(requestRebuild('asked for', head, new Date().toISOString()));
    });
  }

  parked(): Promise<ParkedClient[]> {
    return this.#ask(async () => {
      const { collections } = await this.#live();
      const found = await collections.parked.find().sort({ position: 1 }).lean<StoredParked[]>();
      return found.map(({ _id, reason, firstVersion, position, skippedEvents }) => ({
        client_id: _id,
        reason,
        firstVersion,
        position,
        skippedEvents,
      }));
    });
  }

  retryParked(client_id: string): Promise<boolean> {
    return this.#ask(async () => retryParked((await this.#live()).collections, this.#log, client_id));
  }

  async replay(options: Parameters<ReadModels['replay']>[0]): Promise<ReplayReport> {
    const startedAt = performance.now();
    options.signal.throwIfAborted();
    return this.#ask(async () => {
      const { collections, position } = await this.#live();
      const report = await replayLog({ ...options, collections, log: this.#log, mark: position });
      const { generations } = await this.#database.record();
      const there = generations.find(({ generation }) => generation === collections.generation);
      if (there === undefined || there.state === 'dropping') {
        throw new ReadModelsUnavailable('a rebuild replaced the model while it was compared; ask again');
      }
      return { ...report, seconds: (performance.now() - startedAt) / 1000 };
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#database.close(), this.#published.close()]);
  }

  async #ask<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new ReadModelsUnavailable('the read models are closed');
    return reachable(work);
  }

  /** The generation that is in use now, and how far it is. */
  async #live(): Promise<Model> {
    // First what was published, then the checkpoints (see `lowWaterMark`).
    const [record, published] = await Promise.all([this.#database.record(), this.#published.read()]);
    const live = generationIn(record, 'live');
    if (live === undefined) throw new ReadModelsUnavailable('there is no live model');
    if (live.format !== FORMAT) {
      throw new ReadModelsUnavailable(
        `the live model is of format ${live.format}, this release reads ${FORMAT}: projectors of this release rebuild it`,
      );
    }
    const collections = this.#database.generation(live.generation);
    const checkpoints = await checkpointsOf(collections);
    return { record, collections, published, checkpoints, position: markOf(published, checkpoints) };
  }

  async #rebuildStatus(
    { rebuild }: ModelsRecord,
    published: PublishedPositions,
  ): Promise<RebuildStatus | null> {
    if (rebuild === null) return null;
    const { generation, state, reason, startedAt, differences, error } = rebuild;
    const checkpoints = await checkpointsOf(this.#database.generation(generation));
    const position = markOf(published, checkpoints);
    return { state, reason, position, head: published.position, startedAt, differences, error };
  }

  async #recordedAtOf(position: number): Promise<string | null> {
    if (position !== this.#recordedAt.position) {
      const [event] = await this.#log.readAll({ after: position - 1, limit: 1 });
      this.#recordedAt = { position, recordedAt: event === undefined ? null : recordedAtOf(event.text) };
    }
    return this.#recordedAt.recordedAt;
  }
}

const markOf = (published: PublishedPositions, checkpoints: readonly StoredCheckpoint[]): number =>
  lowWaterMark(published, new Map(checkpoints.map(({ _id, position }) => [_id, position])));

/** What the projectors say of the live generation. A model that nobody writes waits; no answer needs a restart for it. */
function stateFrom(
  reports: readonly StoredReport[],
  live: number,
  now: number,
): Pick<ProjectionStatus, 'state' | 'lastError'> {
  const fresh = reports.filter(({ reportedAt }) => now - Date.parse(reportedAt) < REPORT_VALID_MS);
  const own = fresh.flatMap(({ generations }) => generations.filter(({ generation }) => generation === live));
  if (own.length === 0) {
    const seconds = REPORT_VALID_MS / 1000;
    return { state: 'paused', lastError: `no projector has reported in the last ${seconds} seconds` };
  }
  const paused = own.find(({ state }) => state === 'paused');
  return paused === undefined
    ? { state: 'live', lastError: null }
    : { state: 'paused', lastError: paused.lastError };
}
