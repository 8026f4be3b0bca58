import type { StateMessage } from './state-message.js';

/** What goes to one partition, in this order. */
export type PartitionStates = { partition: number; messages: readonly StateMessage[] };

/**
 * Sends states to the topic of clients, all of one call or none: the port behind which the Kafka client sits. Opening
 * one fences every older one, whatever process it is in: its next send fails with {@link Superseded}. After a send that
 * failed the sender is closed and not used again.
 */
export interface StateSender {
  /**
   * Resolves when the messages are on their partitions and every consumer may see them.
   *
   * @param parts each partition once, none without messages
   * @throws Superseded; SendUnclear and what the client throws when it is not known whether they are there
   */
  send(parts: readonly PartitionStates[]): Promise<void>;
  close(): Promise<void>;
}

/** Another process publishes states by now. Nothing is wrong, and nothing of this one is on Kafka since. */
export class Superseded extends Error {
  constructor(cause?: unknown) {
    super('another process has taken over the publishing of states', { cause });
    this.name = 'Superseded';
  }
}
