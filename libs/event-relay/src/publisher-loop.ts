import { setTimeout as sleep } from 'node:timers/promises';
import type { Publisher, PublisherEvents, PublisherState, PublisherStatus } from './publisher.js';
import { sayError } from './say-error.js';
import type { Turn } from './turn.js';

/** Publishing, from having the turn until something fails or the turn is over. */
export interface PublishingSession {
  /**
   * Publishes what is next, or waits for it until the signal; what is there is published whatever the signal says, and
   * with an aborted one nothing is waited for.
   *
   * @returns the number of events that were published
   */
  step(signal: AbortSignal): Promise<number>;
  /** Stores the position as well as it can; never used again. */
  close(): Promise<void>;
}

export type PublisherLoopOptions = {
  instance: string;
  turn: Turn;
  on: PublisherEvents;
  /** Resumes where the last publisher stopped. */
  open(figures: Figures): Promise<PublishingSession>;
  /** How far the publishers are and how long the log is, for a process that is not publishing itself. */
  observe(): Promise<{ position: number; head: number }>;
  /** True for what no retry can mend. */
  final(error: unknown): boolean;
  /** True when another process has taken over, so that this one stands by again. By default nothing says so. */
  superseded?(error: unknown): boolean;
  /** Closes what the loop was opened with. */
  dispose(): Promise<void>;
};

const OBSERVE_EVERY_MS = 1_000;
/** Longer than another process needs to show that the turn is its own. */
const AFTER_TAKEOVER_MS = 3_000;
const FIRST_BACKOFF_MS = 50;
/** So that all is back within seconds of Kafka's return. */
const LONGEST_BACKOFF_MS = 5_000;
/** What is under way when the loop is closed gets so long; a send to a Kafka that hangs would take four times that. */
const FINISH_WITHIN_MS = 2_500;
/** Then the turn is handed over by itself, within this time: a process that stops has ten seconds for everything. */
const HAND_OVER_WITHIN_MS = 500;

/** What the status says in numbers; the sessions keep it up to date. */
export class Figures {
  position = 0;
  head = 0;
  batches = 0;
  events = 0;
  resends = 0;

  /** Takes note of positions that were seen. */
  seen({ position = 0, head = 0 }: { position?: number; head?: number }): void {
    this.position = Math.max(this.position, position);
    this.head = Math.max(this.head, head, this.position);
  }
}

/** How long to rest after so many failures in a row, before some randomness. */
export const backoffMs = (failures: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, failures - 1));

/**
 * What every publisher does around its sessions (design §7): waits for its turn, publishes, hands the turn over when it
 * fails so that another process can try, rests, and begins anew, for ever.
 */
export class PublisherLoop implements Publisher {
  readonly #options: PublisherLoopOptions;
  readonly #figures = new Figures();
  readonly #closing = new AbortController();
  /** Ends the waiting of a step: there is something else to do than publishing. */
  #interruption = new AbortController();
  #state: PublisherState = 'standby';
  #lastError: string | null = null;
  #failures = 0;
  #observedAt = Number.NEGATIVE_INFINITY;
  readonly #ended: Promise<void>;
  #closed: Promise<void> | null = null;

  constructor(options: PublisherLoopOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  status(): PublisherStatus {
    const { position, head, batches, events, resends } = this.#figures;
    return {
      state: this.#state,
      instance: this.#options.instance,
      position,
      head,
      lag: Math.max(0, head - position),
      batches,
      events,
      resends,
      lastError: this.#lastError,
    };
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  get #going(): boolean {
    return !this.#closing.signal.aborted;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    this.#interruption.abort();
    if (await endsWithin(this.#ended, FINISH_WITHIN_MS)) return;
    // What is on its way may still arrive and be sent again by whoever has the turn next: consumers know repeats.
    const handedOver = this.#tryTo(() => this.#options.turn.release());
    await endsWithin(handedOver, HAND_OVER_WITHIN_MS);
    this.#fail(new Error('closed before what was under way had ended'), 'stopped');
  }

  async #run(): Promise<void> {
    while (this.#going) {
      try {
        await this.#publishForOneTurn();
      } catch (error) {
        if (this.#options.final(error)) {
          this.#fail(error, 'stopped');
          break;
        }
        if (this.#options.superseded?.(error) === true) {
          this.#fail(error, 'standby');
          // Two that take over from each other (two databases on the same topics) must not keep Kafka busy with it.
          await this.#rest(AFTER_TAKEOVER_MS);
          continue;
        }
        this.#failures += 1;
        this.#fail(error, 'waiting');
        await this.#observe();
        await this.#rest(backoffMs(this.#failures) * (0.75 + Math.random() / 2));
      }
    }
    this.#to('stopped');
    await this.#tryTo(() => this.#options.dispose());
  }

  async #publishForOneTurn(): Promise<void> {
    const { turn } = this.#options;
    const taken = await turn.take({
      rest: async (ms) => {
        this.#to('standby'); // another process has it
        await this.#observe();
        await this.#rest(ms);
      },
      going: () => this.#going,
      lost: (reason) => {
        this.#options.on.failed?.(sayError(reason));
        this.#interruption.abort();
      },
    });
    if (!taken) return;
    try {
      const session = await this.#options.open(this.#figures);
      try {
        await this.#publish(session);
      } finally {
        await session.close();
      }
    } finally {
      await this.#tryTo(() => turn.release());
    }
  }

  async #publish(session: PublishingSession): Promise<void> {
    // After failures, a look without waiting: what still fails, fails here.
    if (this.#failures > 0) await session.step(AbortSignal.abort());
    this.#failures = 0;
    this.#lastError = null;
    this.#to('publishing');
    while (this.#going && this.#options.turn.held()) {
      if (this.#interruption.signal.aborted) this.#interruption = new AbortController();
      await session.step(this.#interruption.signal);
    }
  }

  /** Refreshes the figures now and then; that the log does not answer is said by whoever needs it next. */
  async #observe(): Promise<void> {
    if (performance.now() - this.#observedAt < OBSERVE_EVERY_MS) return;
    this.#observedAt = performance.now();
    await this.#tryTo(async () => this.#figures.seen(await this.#options.observe()));
  }

  /** For what may fail without changing what happens next. */
  async #tryTo(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.on.failed?.(sayError(error));
    }
  }

  #fail(error: unknown, state: 'standby' | 'waiting' | 'stopped'): void {
    this.#lastError = sayError(error);
    this.#options.on.failed?.(this.#lastError);
    this.#to(state);
  }

  #to(state: PublisherState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.on.changed?.(state);
  }

  async #rest(ms: number): Promise<void> {
    if (!this.#going) return;
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch((error: unknown) => {
      if (this.#going) throw error;
    });
  }
}

async function endsWithin(work: Promise<void>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
