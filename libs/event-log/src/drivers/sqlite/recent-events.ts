/** A run of positions, in memory: which stream and version each is, and each stream's newest place in the run. */
type Run = {
  /** Position before the run's first. */
  base: number;
  streams: string[];
  versions: number[];
  /** Offset of the same stream's event before, or -1. */
  previous: number[];
  newest: Map<string, number>;
};

/** A run on its way into the stored index; offsets are places in the run, from 0. */
export type FullRun = {
  /** Position of its last event. */
  end: number;
  inKeyOrder(): Int32Array;
  at(offset: number): [stream: string, version: number, position: number];
};

const NONE = -1;

const emptyRun = (base: number): Run => ({
  base,
  streams: [],
  versions: [],
  previous: [],
  newest: new Map(),
});
const endOf = (run: Run): number => run.base + run.streams.length;

/**
 * Where the newest events' streams are, for those events that are not in the stored index yet. At most two runs: the
 * one that grows and, before it, a full one on its way into the stored index.
 */
export class RecentEvents {
  #full: Run | null = null;
  #growing: Run;

  readonly #fullRun: number;

  /**
   * @param base position before the first event to be added
   * @param fullRun events of a full run
   */
  constructor(base: number, fullRun: number) {
    this.#fullRun = fullRun;
    this.#growing = emptyRun(base);
  }

  /** Position of the last event added. */
  get end(): number {
    return endOf(this.#growing);
  }

  get full(): FullRun | null {
    const run = this.#full;
    if (run === null) return null;
    return {
      end: endOf(run),
      inKeyOrder: () => inKeyOrder(run.streams),
      at: (offset) => [run.streams[offset] ?? '', run.versions[offset] ?? 0, run.base + 1 + offset],
    };
  }

  /** Adds the event at the next position. */
  add(stream: string, version: number): void {
    const run = this.#growing;
    run.previous.push(run.newest.get(stream) ?? NONE);
    run.newest.set(stream, run.streams.length);
    run.streams.push(stream);
    run.versions.push(version);
  }

  /** Forgets what was added after a position, because it was not committed after all. */
  truncate(position: number): void {
    const { base, streams, versions, previous, newest } = this.#growing;
    while (base + streams.length > position) {
      const stream = streams.pop() ?? '';
      const before = previous.pop() ?? NONE;
      versions.pop();
      if (before === NONE) newest.delete(stream);
      else newest.set(stream, before);
    }
  }

  /** Begins a new run when the growing one is full and the one before it is gone. */
  roll(): void {
    if (this.#full !== null || this.#growing.streams.length < this.#fullRun) return;
    this.#full = this.#growing;
    this.#growing = emptyRun(endOf(this.#full));
  }

  /** Forgets what the stored index has: the full run, or all when it is ahead of these events. */
  settled(position: number): void {
    if (this.#full !== null && endOf(this.#full) <= position) this.#full = null;
    if (this.end < position) this.#growing = emptyRun(position);
  }

  /** The newest version of a stream among these events, or null. */
  versionOf(stream: string): number | null {
    for (const run of [this.#growing, this.#full]) {
      const offset = run?.newest.get(stream);
      if (offset !== undefined) return run?.versions[offset] ?? null;
    }
    return null;
  }

  /** Positions of a stream's events above a version among these, oldest first. */
  positionsOf(stream: string, afterVersion: number): number[] {
    const positions: number[] = [];
    for (const run of [this.#growing, this.#full]) {
      if (run === null) continue;
      let offset = run.newest.get(stream) ?? NONE;
      while (offset !== NONE && (run.versions[offset] ?? 0) > afterVersion) {
        positions.push(run.base + 1 + offset);
        offset = run.previous[offset] ?? NONE;
      }
    }
    return positions.toReversed();
  }
}

/** Two characters of 7 bits decide the order: neighbours then lie on the same few pages, which is all that counts. */
const BUCKETS = 1 << 14;
const bucketOf = (stream: string): number =>
  ((stream.charCodeAt(0) & 0x7f) << 7) | (stream.charCodeAt(1) & 0x7f);

/** Offsets in the order of their keys' first characters, each stream's in their own order; in linear time. */
function inKeyOrder(streams: readonly string[]): Int32Array {
  const next = new Int32Array(BUCKETS + 1);
  const advance = (bucket: number, by: number): number => (next[bucket] = (next[bucket] ?? 0) + by);
  for (const stream of streams) advance(bucketOf(stream) + 1, 1);
  for (let bucket = 1; bucket <= BUCKETS; bucket++) advance(bucket, next[bucket - 1] ?? 0);
  const order = new Int32Array(streams.length);
  streams.forEach((stream, offset) => {
    order[advance(bucketOf(stream), 1) - 1] = offset;
  });
  return order;
}
