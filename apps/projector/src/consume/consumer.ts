import type { Kafka } from 'kafkajs';
import { backoffMs, pause, within } from './backoff.js';
import { Member, type MemberEvents, type MemberOptions } from './member.js';

/** After the failure of a client that lived so long, the waits begin again with the shortest. */
const HEALTHY_AFTER_MS = 30_000;
/** Chunks that are given up end so soon. */
const GIVEN_UP_WITHIN_MS = 500;
/** A living client shows itself several times a second. */
const SILENT_AFTER_MS = 60_000;

export const CONSUMER_STATES = ['joining', 'consuming', 'paused', 'stopped'] as const;
/**
 * joining: connecting, or between two clients; paused: a member that waits, for the database or for a release that
 * knows an event, and goes on by itself; stopped: needs a restart of the process.
 */
export type ConsumerState = (typeof CONSUMER_STATES)[number];

export type ConsumerStatus = {
  state: ConsumerState;
  /** What it waits for, or why the last client failed. */
  lastError: string | null;
  /** Ours now, with the position up to which each is in the model; null while that is not known. */
  partitions: { partition: number; position: number | null }[];
};

export type ConsumerOptions = Omit<MemberOptions, 'on' | 'signal'> & {
  /** A new client each time: one that failed is not used again. */
  kafka: () => Kafka;
  on: Omit<MemberEvents, 'alive'> & {
    /** A client failed; another one begins after a pause. */
    failed(error: unknown, attempt: number): void;
  };
};

/**
 * A place in the consumer group of one generation of the read model, kept until it is closed: whatever ends a client,
 * another follows.
 */
export class GenerationConsumer {
  readonly #options: ConsumerOptions;
  readonly #closing = new AbortController();
  /** Ends the chunk under way, too. */
  readonly #hurry = new AbortController();
  readonly #ended: Promise<void>;
  #member: Member | null = null;
  #failure: string | null = null;
  #dead = false;
  #lastSign = performance.now();

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#ended = this.#run().finally(() => (this.#dead = true));
  }

  status(): ConsumerStatus {
    const member = this.#member;
    const partitions = member?.partitions() ?? [];
    if (this.#dead) return { state: 'stopped', lastError: this.#failure, partitions };
    if (member === null || !member.joined) return { state: 'joining', lastError: this.#failure, partitions };
    const lastError = member.waitsFor();
    return { state: lastError === null ? 'consuming' : 'paused', lastError, partitions };
  }

  /** Why the process should be replaced: the loop has died, or gives no sign of life; null otherwise. */
  notLiving(): string | null {
    const { groupId } = this.#options;
    if (this.#closing.signal.aborted) return null;
    if (this.#dead) return `the consumer of ${groupId} has ended`;
    const silentSeconds = Math.round((performance.now() - this.#lastSign) / 1000);
    return silentSeconds * 1000 > SILENT_AFTER_MS
      ? `the consumer of ${groupId} has given no sign of life for ${silentSeconds} s`
      : null;
  }

  /**
   * Ends after the chunks under way, and leaves the group.
   *
   * @param withinMs after which they are given up: whoever gets the partitions does them again
   */
  async close(withinMs: number): Promise<void> {
    this.#closing.abort();
    this.#member?.leave();
    const timer = setTimeout(() => this.#hurry.abort(), withinMs);
    // A client that is only connecting hears of nothing until Kafka answers.
    await within(withinMs + GIVEN_UP_WITHIN_MS, this.#ended);
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    for (let failures = 1; !this.#closing.signal.aborted; failures += 1) {
      const began = performance.now();
      try {
        await this.#beMember();
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#failure = error instanceof Error ? error.message : String(error);
        if (performance.now() - began > HEALTHY_AFTER_MS) failures = 1;
        this.#options.on.failed(error, failures);
        await pause(backoffMs(failures), this.#closing.signal);
      }
    }
  }

  async #beMember(): Promise<void> {
    const { kafka, on, ...options } = this.#options;
    const alive = () => void (this.#lastSign = performance.now());
    alive();
    const joined = (partitions: readonly number[]) => {
      this.#failure = null;
      on.joined(partitions);
    };
    const member = new Member(kafka(), {
      ...options,
      on: { ...on, alive, joined },
      signal: this.#hurry.signal,
    });
    this.#member = member;
    try {
      await member.run();
    } finally {
      this.#member = null;
    }
  }
}
