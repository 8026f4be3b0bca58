import type { EventLogReader, StoredEvent } from '@rollbook/event-log';
import { clientIdOf } from '../projection/fold-batch.js';
import { PageSize } from '../projection/page-size.js';
import {
  REPORTED_DIFFERENCES,
  type ReplayDifference,
  type ReplayProgress,
  type ReplayReport,
} from '../read-models.js';
import { checkClient, differenceBetween, foldOne, UNFOLDED } from './check-client.js';
import type { GenerationCollections } from './models-database.js';
import type { StoredClient } from './stored-client.js';

const PAGE_EVENTS = 1000;
/** Clients that are folded to their end at the same time. */
const CONCURRENT = 8;

export type ReplaySource = {
  collections: GenerationCollections;
  log: Pick<EventLogReader, 'readStream' | 'readAll'>;
  /** Position up to which the generation has everything. */
  mark: number;
  onProgress: (progress: ReplayProgress) => void;
  signal: AbortSignal;
};

/**
 * Folds the log again up to the mark and compares each document with the fold, in memory that does not grow with the
 * log. The model moves on meanwhile: a document is compared at its own version, and what seems to differ is looked at
 * again. Rejects with the signal's reason.
 */
export async function replayLog(source: ReplaySource): Promise<Omit<ReplayReport, 'seconds'>> {
  const replay = new Replay(source);
  await replay.walkLog();
  await replay.findPhantoms();
  const { events, clients, differing, differences } = replay;
  return { position: source.mark, events, clients, equal: differing === 0, differing, differences };
}

class Replay {
  readonly #source: ReplaySource;
  /** Documents whose registration is where they say. */
  #placed = 0;
  events = 0;
  clients = 0;
  differing = 0;
  readonly differences: ReplayDifference[] = [];

  constructor(source: ReplaySource) {
    this.#source = source;
  }

  async walkLog(): Promise<void> {
    const { log, mark, onProgress, signal } = this.#source;
    const size = new PageSize(PAGE_EVENTS);
    for (let after = 0; after < mark;) {
      signal.throwIfAborted();
      const page = await log.readAll({ after, limit: Math.min(size.events, mark - after) });
      size.read(page);
      const last = page.at(-1);
      if (last === undefined)
        throw new Error(`the log ends at ${after}, before the model's position ${mark}`);
      await this.#page(page);
      after = last.position;
      onProgress({ position: after, head: mark });
    }
    signal.throwIfAborted();
    if (mark === 0) onProgress({ position: 0, head: 0 });
  }

  /** Each client is compared once: where it was registered, or at the first event that its document lacks. */
  async #page(page: readonly StoredEvent[]): Promise<void> {
    this.events += page.length;
    const ids = new Set(page.flatMap(({ streamId }) => clientIdOf(streamId) ?? []));
    const { clients, parked } = this.#source.collections;
    const wanted = { _id: { $in: [...ids] } };
    const [stored, parkedNow] = await Promise.all([
      clients.find(wanted).lean<StoredClient[]>(),
      parked.find(wanted, { _id: 1 }).lean<{ _id: string }[]>(),
    ]);
    const models = new Map(stored.map((client) => [client._id, client]));
    const isParked = new Set(parkedNow.map(({ _id }) => _id));
    const doubtful = new Set<string>();
    for (const event of page) {
      const client_id = clientIdOf(event.streamId);
      if (client_id === null) continue;
      const model = models.get(client_id) ?? null;
      if (event.streamVersion > 1) {
        // A document that has all events so far was compared at its registration.
        const lacks = event.streamVersion === (model?.streamVersion ?? 1) + 1;
        if (model !== null && lacks && !isParked.has(client_id)) doubtful.add(client_id);
        continue;
      }
      this.clients += 1;
      if (model?.firstPosition === event.position) this.#placed += 1;
      const fold = foldOne(UNFOLDED, event);
      if (isParked.has(client_id) || model?.streamVersion !== 1) doubtful.add(client_id);
      else if (differenceBetween(client_id, model, false, fold) !== null) doubtful.add(client_id);
    }
    await this.#check([...doubtful]);
  }

  /**
   * Looks for documents of clients that the log does not have. There are some only if there are more documents than
   * registrations that were met; then, and only then, every document is looked up in the log.
   */
  async findPhantoms(): Promise<void> {
    const { collections, log, mark, signal } = this.#source;
    const { clients } = collections;
    if ((await clients.countDocuments({ firstPosition: { $lte: mark } })) === this.#placed) return;
    for (let after = ''; ;) {
      signal.throwIfAborted();
      const page = await clients
        .find({ _id: { $gt: after } }, { _id: 1 })
        .sort({ _id: 1 })
        .limit(PAGE_EVENTS)
        .lean<{ _id: string }[]>();
      const last = page.at(-1);
      if (last === undefined) return;
      after = last._id;
      await inParallel(page, async ({ _id }) => {
        const [registration] = await log.readStream(`client-${_id}`, { limit: 1 });
        if (registration === undefined) await this.#checkOne(_id);
      });
    }
  }

  async #check(clientIds: readonly string[]): Promise<void> {
    this.#source.signal.throwIfAborted();
    await inParallel(clientIds, (client_id) => this.#checkOne(client_id));
  }

  async #checkOne(client_id: string): Promise<void> {
    const { collections, log, mark } = this.#source;
    const difference = await checkClient(collections, log, client_id, mark);
    if (difference === null) return;
    this.differing += 1;
    if (this.differences.length < REPORTED_DIFFERENCES) this.differences.push(difference);
  }
}

/** Works on all items, on a few at a time. */
async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let i = 0; i < items.length; i += CONCURRENT) {
    await Promise.all(items.slice(i, i + CONCURRENT).map(work));
  }
}
