/**
 * - `publishing`: this process has the turn, and what it reads goes to Kafka
 * - `standby`: another process has the turn, or nobody yet
 * - `waiting`: something does not answer, or must be put right first (`lastError`); tried again for ever
 * - `stopped`: closed, or ended by what no retry can mend (`lastError`): the process is not healthy
 */
export type PublisherState = 'publishing' | 'standby' | 'waiting' | 'stopped';

export type PublisherStatus = {
  state: PublisherState;
  /** Of the process. */
  instance: string;
  /** Everything up to here is on Kafka, as far as this process knows. */
  position: number;
  /** Position of the newest event, as far as this process knows. */
  head: number;
  /** Events between the two. */
  lag: number;
  /** Sends of this process that counted, and the events in them. */
  batches: number;
  events: number;
  /** Sends of this process that did not count, so that what they carried was sent again. */
  resends: number;
  /** Why it waits or stopped, or the last thing that went wrong; without secrets. */
  lastError: string | null;
};

/** What a publisher tells its process, for metrics and log lines. */
export type PublisherEvents = {
  /** A send counted: so many events are on Kafka by it, of which the newest is at this position. */
  published?(batch: { events: number; position: number; durationSeconds: number }): void;
  /** Something went wrong; the text is that of `lastError`. */
  failed?(error: string): void;
  /** The state is another one. */
  changed?(state: PublisherState): void;
  /** Kafka has an event at this position (a restored database is noticed by it). */
  positionSeen?(position: number): void;
};

/** A loop that follows the log and publishes. */
export interface Publisher {
  status(): PublisherStatus;
  /**
   * Finishes the send under way, stores the position and hands over the turn. Ends within three seconds also when Kafka
   * or the database hangs: what is under way is given up then, and connections end with the process.
   */
  close(): Promise<void>;
}
