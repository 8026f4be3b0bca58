import type { EventLogReader } from '@rollbook/event-log';
import type { PublishedEvent } from '@rollbook/event-relay';
import type { NewlyParked } from '../projection/fold-batch.js';

export type MongodbProjectorOptions = {
  /** Whatever it says about concerns, writes are acknowledged by the majority and reads go to the primary. */
  url: string;
  database: string;
  /** For gaps and comparisons. Closed by the caller, after the projector. */
  log: EventLogReader;
  /** Of the topic of events; fixed for life. */
  partitions: number;
};

/** Where a partition's events are in the model: everything up to `position`, whose record had `offset` (null: none yet). */
export type Checkpoint = { partition: number; position: number; offset: string | null };

/** What a run of events did to the model. */
export type Applied = {
  /** Everything up to and with this event of the run is in the model, so its offset may be committed; null: not even the first. */
  last: { position: number; offset: string } | null;
  /** Events taken in: those of the run that the model did not have, and `missedEvents`. */
  events: number;
  /** Documents written; those of a chunk that had to be folded again: what was still lacking then. */
  documents: number;
  /** Of clients that are parked. */
  skippedEvents: number;
  /** Version gaps of clients that were closed from the log. */
  repairedGaps: number;
  /** Events that the partition lacked by its own account, taken from the log. */
  missedEvents: number;
  /**
   * Chunks that were folded again because another projector had written first: their documents, or some that went out
   * in the same request.
   */
  lostRaces: number;
  parked: readonly NewlyParked[];
  /** An event that only a later release knows: nothing from it on was taken in, and the projection has to pause. */
  unknown: { position: number; reason: string } | null;
};

/** Projects the published events of any number of partitions into one generation of the clients model. */
export interface MongodbProjection {
  readonly generation: number;
  /** All partitions, read anew. A consumer seeks to one after the offset, or to the beginning. */
  checkpoints(): Promise<readonly Checkpoint[]>;
  /**
   * Takes in a run of one partition's events, in the order of their offsets: first the documents, each by
   * compare-and-set, then the checkpoint; the caller commits the offset afterwards. The same run again, a part of it,
   * or another projector at the same run at the same time change nothing.
   *
   * `heartbeat` is called before every chunk and after a lost race; what it throws ends the run, as `signal` does.
   * Rejects with `ReadModelsUnavailable` or an error of the log (then the run is to be delivered again), or with
   * {@link GenerationGone}. Different partitions may be applied at the same time, which makes catching up faster: their writes then
   * go out together, and a small number of events costs no more requests for being on many partitions.
   */
  apply(
    partition: number,
    events: readonly PublishedEvent[],
    options: { heartbeat: () => Promise<void>; signal: AbortSignal },
  ): Promise<Applied>;
  close(): Promise<void>;
}

/** The generation that was to be written was dropped, or never made: stop following it. */
export class GenerationGone extends Error {
  override readonly name = 'GenerationGone';
}

/** A generation that has to be consumed now, by a consumer group of its own, from its checkpoints on. */
export type FollowedGeneration = {
  generation: number;
  /** retired: out of use, kept up until it is dropped, in case that a reader still has it. */
  state: 'live' | 'building' | 'retired';
};

/** How a projector is with one generation. */
export type GenerationReport = {
  generation: number;
  state: 'live' | 'paused';
  /** What it waits for. */
  lastError: string | null;
};

/** What the coordination of rebuilds does, for logs and metrics. */
export type CoordinationEvent =
  | { kind: 'took over' | 'switched' | 'dropped'; generation: number }
  | { kind: 'rebuild failed'; generation: number; error: Error }
  /** A turn failed and is tried again. */
  | { kind: 'turn failed'; error: Error };

/** What a projector process does beside consuming. One per process; its projections share its connection. */
export interface MongodbProjector {
  /** What has to be consumed now. */
  generations(): Promise<readonly FollowedGeneration[]>;
  /** The same at the start and after each change, until the signal. A failure to read is told, and tried again. */
  watchGenerations(options: {
    signal: AbortSignal;
    onError: (error: Error) => void;
  }): AsyncGenerator<readonly FollowedGeneration[]>;
  openProjection(generation: 'live' | number): Promise<MongodbProjection>;
  /** Says that this process is at work. To be called every second or two; without it the model counts as paused. */
  report(generations: readonly GenerationReport[]): Promise<void>;
  /**
   * Takes part in what one projector at a time does: brings a rebuild from folding over comparing to the switch, and
   * drops what is retired. Runs until the signal; resolves then. Another takes over from one that died.
   */
  coordinate(options: { signal: AbortSignal; on: (event: CoordinationEvent) => void }): Promise<void>;
  close(): Promise<void>;
}

/** How often and how long, in milliseconds. */
export type Pace = {
  /** Between two looks at the models' record. */
  pollMs: number;
  /** A coordinator that has not moved for so long is replaced. */
  leaseMs: number;
  /** A replaced generation is kept for readers and replays that are under way, … */
  retiredMs: number;
  /** … then no more followed, and dropped so long after that. */
  droppingMs: number;
};
