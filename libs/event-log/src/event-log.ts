/**
 * The port of the event log (design §4). The log knows texts only: an event is the exact UTF-8 text that was first
 * serialised, and its position is its place in the log, not part of the text.
 */

/** One event as the log holds it. */
export type StoredEvent = {
  /** Place in the whole log: dense, from 1. */
  position: number;
  streamId: string;
  /** Place in its stream: dense, from 1. */
  streamVersion: number;
  /** The stored text, octet for octet what was appended. */
  text: string;
};

/** What one command appends: all of it or nothing, at consecutive positions and versions. */
export type Append = {
  streamId: string;
  /** Version of the stream's last event as the caller knows it; 0 for a stream that does not exist. */
  expectedVersion: number;
  /** At least one text. Each holds something unique (its `eventId`), so equal texts are the same event. */
  events: readonly string[];
  /** Unique per command, the same in each of its attempts. */
  commitId: string;
};

/** Where an acknowledged append is: version and position of its last event. */
export type Appended = { streamVersion: number; position: number };

/** Reading, for whoever follows the log. A page is at most `limit` events, in order. */
export interface EventLogReader {
  /** The events of one stream with a version above `afterVersion` (default 0), oldest first; none if it does not exist. */
  readStream(streamId: string, options?: { afterVersion?: number; limit?: number }): Promise<StoredEvent[]>;
  /** The events at positions above `after`, in order. An empty page means that `after` is the end for now. */
  readAll(options: { after: number; limit: number }): Promise<StoredEvent[]>;
  /** Position of the newest event; 0 while the log is empty. */
  head(): Promise<number>;
  close(): Promise<void>;
}

/** The whole log. Every method of {@link EventLogReader} sees at least what was acknowledged before the call. */
export interface EventLog extends EventLogReader {
  /**
   * Appends one command's events durably, at most once: the same append again (same stream, expected version and
   * texts) is acknowledged at the place where it is found.
   *
   * @throws VersionConflict another command's events are there, or the stream is shorter; nothing was written
   * @throws LogUnavailable for now; `outcome` says whether the append may still appear
   * @throws StreamFull, EventTooLarge before anything is tried
   */
  append(append: Append): Promise<Appended>;
  /**
   * For whoever is about to say no because of what a stream holds: a log that was restored to an earlier state cannot tell
   * (design §8).
   *
   * @throws LogUnavailable (`restored`) when the log has lost events that existed
   */
  requireWhole(): Promise<void>;
  /** The head, once it is above `position`. Rejects with the signal's reason when that comes first. */
  waitAfter(position: number, signal: AbortSignal): Promise<number>;
}
