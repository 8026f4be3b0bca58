import type { Clock, Inserted, LogCollection } from '../../src/drivers/mongodb/log-collection.js';
import { commitKey, endOf, type LogDocument } from '../../src/drivers/mongodb/log-document.js';
import { LogUnavailable } from '../../src/refusals.js';

/** How the next requests end, one after the other; then as a healthy database does. */
export type Trouble =
  /** stored, but the answer says nothing */
  | 'unclear'
  /** not stored, and the answer says nothing */
  | 'lost'
  /** stored only after later requests: what a late copy does */
  | 'late';

/** The narrow port on a list: one healthy server, with troubles on demand. */
export class MemoryCollection implements LogCollection {
  documents: LogDocument[] = [];
  readonly requests: (readonly LogDocument[])[] = [];
  readonly reads: string[][] = [];
  readonly troubles: Trouble[] = [];
  confirmations = 0;
  readsFail = false;
  #late: (readonly LogDocument[])[] = [];

  async insertOrdered(documents: readonly LogDocument[]): Promise<Inserted> {
    this.requests.push(documents);
    const trouble = this.troubles.shift();
    if (trouble === 'late') this.#late.push(documents);
    const stored = trouble === 'lost' || trouble === 'late' ? false : this.store(documents);
    return stored && trouble === undefined
      ? { acknowledged: true }
      : { acknowledged: false, because: 'made up', full: false };
  }

  /** Copies that were under way arrive. */
  deliverLate(): void {
    for (const documents of this.#late.splice(0)) this.store(documents);
  }

  /** Ordered, as MongoDB does it: up to the first duplicate. */
  store(documents: readonly LogDocument[]): boolean {
    for (const document of documents) {
      const isTaken = this.documents.some(
        ({ _id, commit }) => _id === document._id || commit === document.commit,
      );
      if (isTaken) return false;
      this.documents.push(document);
    }
    return true;
  }

  async findByCommits(commits: readonly string[]): Promise<LogDocument[]> {
    return this.#read([...commits], ({ commit }) => commits.includes(commit));
  }

  async findByPositions(positions: readonly number[]): Promise<LogDocument[]> {
    return this.#read(positions.map(String), ({ _id }) => positions.includes(_id));
  }

  async tail(known: { _id: number; commit: string } | null) {
    const all = this.#read(['tail'], () => true).sort((a, b) => a._id - b._id);
    const continued =
      known === null || all.some(({ _id, commit }) => _id === known._id && commit === known.commit);
    return { tail: all.at(-1) ?? null, continued };
  }

  async confirm(): Promise<void> {
    this.confirmations++;
  }

  #read(what: string[], matches: (document: LogDocument) => boolean): LogDocument[] {
    this.reads.push(what);
    if (this.readsFail) throw new LogUnavailable('storage', 'no answer');
    return this.documents.filter(matches).map((document) => ({ ...document, events: [...document.events] }));
  }
}

/** Documents of one stream or of several, dense in positions and versions. */
export function documentsOf(commits: readonly (readonly [streamId: string, count: number])[]): LogDocument[] {
  const ends = new Map<string, { n: number; version: number }>();
  const documents: LogDocument[] = [];
  for (const [streamId, count] of commits) {
    const end = ends.get(streamId) ?? { n: 0, version: 0 };
    ends.set(streamId, { n: end.n + 1, version: end.version + count });
    const commit = commitKey(streamId, end.n + 1);
    documents.push({
      _id: endOf(documents.at(-1) ?? null) + 1,
      count,
      commit,
      fromVersion: end.version + 1,
      events: Array.from({ length: count }, (_, i) => `${commit} ${i}`),
    });
  }
  return documents;
}

/** Time that passes only when there is nothing else to do: the pause that ends first ends next. */
export function hastyClock(): Clock {
  const timers: { due: number; resolve: () => void }[] = [];
  let now = 0;
  const passOne = (): void => {
    const next = timers.shift();
    if (next === undefined) return;
    now = Math.max(now, next.due);
    next.resolve();
  };
  return {
    now: () => now,
    pause: (ms) =>
      new Promise((resolve) => {
        timers.push({ due: now + ms, resolve });
        timers.sort((a, b) => a.due - b.due);
        setImmediate(passOne);
      }),
  };
}
