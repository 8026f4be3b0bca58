import type { ClientPage, ClientQuery } from './clients/query.js';
import type { ClientStatistics } from './clients/statistics.js';

/** A rebuild that is under way, or the last one that failed. */
export type RebuildStatus = {
  /** folding the log → indexing → comparing with the live model; then the switch, after which there is no rebuild. */
  state: 'folding' | 'indexing' | 'comparing' | 'failed';
  /** Why it was started: asked for by an operator, or what was wrong with the live model. */
  reason: string;
  position: number;
  head: number;
  /** RFC 3339. */
  startedAt: string;
  /** Clients found so far whose live document differs from the new one; null when there is nothing to compare with. */
  differences: number | null;
  /** Of a failed rebuild. */
  error: string | null;
};

export type ProjectionStatus = {
  name: 'clients';
  /** Goes up by one with every rebuild that took the place of the live model. */
  modelVersion: number;
  /** Last position of the log that is in the model, and `recordedAt` of the event there (null: none yet). */
  position: number;
  positionRecordedAt: string | null;
  /** paused: waits for something (`lastError` says for what) and goes on by itself; stopped: needs a restart. */
  state: 'live' | 'paused' | 'stopped';
  lastError: string | null;
  /** Clients that are parked now. */
  parked: number;
  /**
   * Events skipped because their client is parked; version gaps repaired from the log. Since the start of the process
   * that projects, or, where several do, since the model was begun.
   */
  skippedEvents: number;
  repairedGaps: number;
  rebuild: RebuildStatus | null;
  /** The last rebuild (since the start, where one process does everything) that took the place of the live model. */
  rebuilt: { reason: string; finishedAt: string; differences: number | null } | null;
};

/** A client with an event that can't be applied. Its document stays as it was before that event. */
export type ParkedClient = {
  client_id: string;
  reason: string;
  /** Version and position of the event that could not be applied. */
  firstVersion: number;
  position: number;
  /** Events skipped since, that one not counted. */
  skippedEvents: number;
};

/** A client whose live document is not what the log says. `members`: names, those of the metadata as `metadata.NAME`. */
export type ReplayDifference = {
  client_id: string;
  kind: 'different' | 'only in the log' | 'only in the model';
  members: string[];
};

/** A replay names so many of the clients that differ. */
export const REPORTED_DIFFERENCES = 100;

export type ReplayReport = {
  /** Everything up to and with this position was folded. */
  position: number;
  events: number;
  clients: number;
  equal: boolean;
  /** Clients that differ, and the first {@link REPORTED_DIFFERENCES} of them. */
  differing: number;
  differences: ReplayDifference[];
  seconds: number;
};

export type ReplayProgress = { position: number; head: number };

/** The models can't be read for now (damaged and being made anew, or closed); the log and all it can answer are fine. */
export class ReadModelsUnavailable extends Error {
  override readonly name = 'ReadModelsUnavailable';
}
export class RebuildRunning extends Error {
  override readonly name = 'RebuildRunning';
}
export class UnknownProjection extends Error {
  override readonly name = 'UnknownProjection';
}

/** The read models of a running service. Methods reject with `ReadModelsUnavailable` when they have to. */
export interface ReadModels {
  listClients(query: ClientQuery): Promise<ClientPage>;
  /** Counted anew only when the last count is old compared with what counting costs; says its position. */
  statistics(): Promise<ClientStatistics>;
  projections(): Promise<ProjectionStatus[]>;
  /** Says that the log has grown. Cheap: call it after every append. */
  wake(): void;
  /** Starts a rebuild beside the live model. Rejects with `UnknownProjection`, or `RebuildRunning`. */
  rebuild(name: string): Promise<void>;
  parked(): Promise<ParkedClient[]>;
  /** Tries a parked client again. True: it is up to date now. False: it was not parked, or is parked anew. */
  retryParked(client_id: string): Promise<boolean>;
  /** Folds the whole log again and compares with the live model at the same position. Rejects on abort. */
  replay(options: {
    onProgress: (progress: ReplayProgress) => void;
    signal: AbortSignal;
  }): Promise<ReplayReport>;
  close(): Promise<void>;
}
