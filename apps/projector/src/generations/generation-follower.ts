import {
  type FollowedGeneration,
  GenerationGone,
  type MongodbProjection,
  type MongodbProjector,
} from '@rollbook/read-models';
import { backoffMs, pause } from '../consume/backoff.js';
import type { ConsumerStatus, GenerationConsumer } from '../consume/consumer.js';

/** Without a report the other processes take the model to be paused. */
const REPORT_EVERY_MS = 1000;
/** Chunks under way get so long when a generation is not wanted any more; a process that stops has 10 seconds. */
const FINISH_WITHIN_MS = 2500;

/** A generation that is being followed, and how its consumer is. */
export type FollowedStatus = { generation: FollowedGeneration; consumer: ConsumerStatus };

type Consumer = Pick<GenerationConsumer, 'status' | 'notLiving' | 'close'>;

export type FollowerOptions = {
  projector: Pick<MongodbProjector, 'watchGenerations' | 'openProjection' | 'report'>;
  startConsumer: (projection: MongodbProjection) => Consumer;
  on: {
    followed(generation: FollowedGeneration): void;
    left(generation: number): void;
    /** Something could not be done for now, and is tried again. */
    failed(what: string, error: unknown): void;
  };
};

type Followed = { generation: FollowedGeneration; projection: MongodbProjection; consumer: Consumer };

/**
 * Keeps one consumer for every generation of the read model that is to be followed: the live one, one that is being
 * built, and those that were replaced, until they are dropped. Says regularly how they are.
 */
export class GenerationFollower {
  readonly #options: FollowerOptions;
  readonly #followed = new Map<number, Followed>();
  readonly #closing = new AbortController();
  readonly #ended: Promise<unknown>;
  #died: string | null = null;

  constructor(options: FollowerOptions) {
    this.#options = options;
    const died = (what: string) => (error: unknown) => {
      this.#died = `${what} has ended`;
      options.on.failed(what, error);
    };
    this.#ended = Promise.all([
      this.#watch().catch(died('following the generations')),
      this.#report().catch(died('reporting')),
    ]);
  }

  /** By generation, the oldest first. */
  status(): FollowedStatus[] {
    return [...this.#followed.values()]
      .map(({ generation, consumer }) => ({ generation, consumer: consumer.status() }))
      .sort((one, other) => one.generation.generation - other.generation.generation);
  }

  /** Why the process should be replaced; null while everything goes on. */
  notLiving(): string | null {
    if (this.#died !== null) return this.#died;
    for (const { consumer } of this.#followed.values()) {
      const reason = consumer.notLiving();
      if (reason !== null) return reason;
    }
    return null;
  }

  /** Ends after the chunks under way, and leaves every group. */
  async close(): Promise<void> {
    this.#closing.abort();
    const leaving = [...this.#followed.keys()].map((generation) => this.#leave(generation));
    await Promise.all([this.#ended, ...leaving]);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    const { on, projector } = this.#options;
    const onError = (error: unknown) => on.failed('reading the generations', error);
    for await (const wanted of projector.watchGenerations({ signal, onError })) {
      const gone = [...this.#followed.keys()].filter(
        (number) => !wanted.some(({ generation }) => generation === number),
      );
      await Promise.all(gone.map((generation) => this.#leave(generation)));
      for (const generation of wanted) await this.#follow(generation);
    }
  }

  async #follow(generation: FollowedGeneration): Promise<void> {
    const { on, projector, startConsumer } = this.#options;
    const known = this.#followed.get(generation.generation);
    if (known !== undefined) {
      known.generation = generation;
      return;
    }
    for (let failures = 1; !this.#closing.signal.aborted; failures += 1) {
      try {
        const projection = await projector.openProjection(generation.generation);
        if (this.#closing.signal.aborted) return await projection.close();
        const consumer = startConsumer(projection);
        this.#followed.set(generation.generation, { generation, projection, consumer });
        on.followed(generation);
        return;
      } catch (error) {
        // Dropped since: the next look at the generations says so.
        if (error instanceof GenerationGone) return;
        on.failed(`opening generation ${generation.generation}`, error);
        await pause(backoffMs(failures), this.#closing.signal);
      }
    }
  }

  async #leave(number: number): Promise<void> {
    const followed = this.#followed.get(number);
    if (followed === undefined) return;
    this.#followed.delete(number);
    await followed.consumer.close(FINISH_WITHIN_MS);
    await followed.projection.close();
    this.#options.on.left(number);
  }

  async #report(): Promise<void> {
    const { on, projector } = this.#options;
    while (!this.#closing.signal.aborted) {
      try {
        await projector.report(
          this.status().map(({ generation: { generation }, consumer: { lastError } }) => ({
            generation,
            // One that is only joining its group does not wait for anything.
            state: lastError === null ? ('live' as const) : ('paused' as const),
            lastError,
          })),
        );
      } catch (error) {
        on.failed('reporting', error);
      }
      await pause(REPORT_EVERY_MS, this.#closing.signal);
    }
  }
}
