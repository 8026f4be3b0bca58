import type { LogCollection } from './log-collection.js';
import { commitKey, lastVersionOf, readCommitKey, type LogDocument } from './log-document.js';

/** Commit `n` of a stream ends at `version`. */
type Place = { version: number; n: number };

/** What stands in a stream right after a version: nothing yet, some command's document, or not even that version. */
export type Next = { kind: 'free'; n: number } | { kind: 'taken'; document: LogDocument } | { kind: 'short' };

/** Commits that are read at once. */
export const WINDOW = 32;
/** Streams whose newest known commit is remembered. */
const MAX_STREAMS = 20_000;

/**
 * Where streams end: the number of a commit for a version. Filled only from majority reads and acknowledgements, so
 * what it says was true once and, commits never changing, still is; a stream may have grown since.
 */
export class StreamPlaces {
  readonly #collection: Pick<LogCollection, 'findByCommits'>;
  readonly #places = new Map<string, Place>();

  constructor(collection: Pick<LogCollection, 'findByCommits'>) {
    this.#collection = collection;
  }

  /** The newest commit known of a stream; the one before all commits when none is. */
  newest(streamId: string): Place {
    return this.#places.get(streamId) ?? { version: 0, n: 0 };
  }

  note(document: LogDocument): void {
    const { streamId, n } = readCommitKey(document.commit);
    if (this.newest(streamId).n >= n) return;
    this.#places.delete(streamId);
    this.#places.set(streamId, { version: lastVersionOf(document), n });
    if (this.#places.size <= MAX_STREAMS) return;
    for (const oldest of this.#places.keys()) return void this.#places.delete(oldest);
  }

  /** Forgets everything: the database is not the one that was read. */
  clear(): void {
    this.#places.clear();
  }

  /**
   * Finds what stands after `version`, in few reads also in a long stream: 32 commits, evenly spread over those that
   * may be the one, leave a 32nd of them for the next read.
   */
  async after(streamId: string, version: number): Promise<Next> {
    const newest = this.newest(streamId);
    let low: Place = newest.version <= version ? newest : { version: 0, n: 0 };
    // every commit has an event at least, so no later one can begin at or before the next version
    for (let high = low.n + version - low.version + 1; high > low.n;) {
      const step = Math.ceil((high - low.n) / WINDOW);
      const numbers: number[] = [];
      for (let n = low.n + step; n <= high; n += step) numbers.push(n);
      const found = await this.#read(streamId, numbers);
      for (const n of numbers) {
        const document = found.get(n);
        if (document !== undefined && lastVersionOf(document) <= version) {
          low = { version: lastVersionOf(document), n };
        } else if (document !== undefined && document.fromVersion <= version + 1) {
          return { kind: 'taken', document };
        } else {
          high = n - 1;
          break;
        }
      }
      if (low.n === numbers.at(-1) && step === 1) break;
    }
    return low.version === version ? { kind: 'free', n: low.n + 1 } : { kind: 'short' };
  }

  /** Commits of a stream by number, as far as they exist. */
  async #read(streamId: string, numbers: readonly number[]): Promise<Map<number, LogDocument>> {
    const found = await this.#collection.findByCommits(numbers.map((n) => commitKey(streamId, n)));
    for (const document of found) this.note(document);
    return new Map(found.map((document) => [readCommitKey(document.commit).n, document]));
  }
}
