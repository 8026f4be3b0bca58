import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type PublishedPositions, readPublishedPositions } from '@rollbook/event-relay';
import { Coordinator } from './coordinator.js';
import { makeCheckpoints } from './generation-store.js';
import { ModelsDatabase, reachable } from './models-database.js';
import { FORMAT, type ModelsRecord } from './models-record.js';
import {
  type CoordinationEvent,
  type FollowedGeneration,
  GenerationGone,
  type GenerationReport,
  type MongodbProjection,
  type MongodbProjector,
  type MongodbProjectorOptions,
  type Pace,
} from './mongodb-projector.js';
import { Projection } from './projection.js';

const PACE: Pace = { pollMs: 500, leaseMs: 10_000, retiredMs: 60_000, droppingMs: 60_000 };

type Options = MongodbProjectorOptions & { instance: string; pace?: Partial<Pace> };
type Published = { read(): Promise<PublishedPositions>; close(): Promise<void> };

/** {@link MongodbProjector}, on a connection of its own. */
export async function openProjector(options: Options): Promise<MongodbProjector> {
  const database = await ModelsDatabase.open(options);
  try {
    const published = await readPublishedPositions(options);
    return new Projector(options, database, published);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** {@link MongodbProjection}, on a connection of its own. */
export async function openOneProjection(
  options: MongodbProjectorOptions & { generation?: 'live' | number },
): Promise<MongodbProjection> {
  const database = await ModelsDatabase.open(options);
  try {
    const wanted = options.generation ?? 'live';
    return await reachable(() => openProjection(database, options, wanted, () => database.close()));
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openProjection(
  database: ModelsDatabase,
  { log, partitions }: MongodbProjectorOptions,
  wanted: 'live' | number,
  close: () => Promise<void>,
): Promise<MongodbProjection> {
  const followed = followedIn(await database.record()).find(({ generation, state }) =>
    wanted === 'live' ? state === 'live' : generation === wanted,
  );
  if (followed === undefined) throw new GenerationGone(`generation ${wanted} is not to be followed`);
  const collections = database.generation(followed.generation);
  await makeCheckpoints(collections, partitions);
  // One that is being built gets its indexes when its documents are there.
  if (followed.state === 'live') await database.makeIndexes(followed.generation);
  return new Projection({ collections, log, partitions, close });
}

/** What this release has to follow: generations of another format are another release's. */
function followedIn({ generations }: ModelsRecord): FollowedGeneration[] {
  const followed: FollowedGeneration[] = [];
  for (const { generation, state, format } of generations) {
    if (format === FORMAT && state !== 'dropping') followed.push({ generation, state });
  }
  return followed;
}

class Projector implements MongodbProjector {
  readonly #options: Options;
  readonly #pace: Pace;
  readonly #database: ModelsDatabase;
  readonly #published: Published;

  constructor(options: Options, database: ModelsDatabase, published: Published) {
    this.#options = options;
    this.#pace = { ...PACE, ...options.pace };
    this.#database = database;
    this.#published = published;
  }

  generations(): Promise<readonly FollowedGeneration[]> {
    return reachable(async () => followedIn(await this.#database.record()));
  }

  async *watchGenerations({
    signal,
    onError,
  }: Parameters<MongodbProjector['watchGenerations']>[0]): AsyncGenerator<readonly FollowedGeneration[]> {
    let known = '';
    while (!signal.aborted) {
      let now: readonly FollowedGeneration[] | null = null;
      try {
        now = await this.generations();
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
      }
      const text = JSON.stringify(now);
      if (now !== null && text !== known) {
        known = text;
        yield now;
      }
      await rest(this.#pace.pollMs, signal);
    }
  }

  openProjection(generation: 'live' | number): Promise<MongodbProjection> {
    return reachable(() => openProjection(this.#database, this.#options, generation, async () => undefined));
  }

  async report(generations: readonly GenerationReport[]): Promise<void> {
    const report = { reportedAt: new Date().toISOString(), generations: [...generations] };
    const own = { _id: this.#options.instance };
    await reachable(() => this.#database.reports.updateOne(own, { $set: report }, { upsert: true }));
  }

  async coordinate({ signal, on }: Parameters<MongodbProjector['coordinate']>[0]): Promise<void> {
    const coordinator = new Coordinator({
      database: this.#database,
      published: this.#published,
      log: this.#options.log,
      holder: randomUUID(),
      pace: this.#pace,
      on,
    });
    while (!signal.aborted) {
      try {
        await reachable(() => coordinator.turn(signal));
      } catch (error) {
        if (signal.aborted) return;
        on(failed(error));
      }
      await rest(this.#pace.pollMs, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#database.close(), this.#published.close()]);
  }
}

const failed = (error: unknown): CoordinationEvent => ({
  kind: 'turn failed',
  error: error instanceof Error ? error : new Error(String(error)),
});

/** Waits; the signal ends the wait. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
