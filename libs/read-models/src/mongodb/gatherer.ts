import { setImmediate as nextTurn } from 'node:timers/promises';
import { Pace } from '@rollbook/event-relay';
import { conditionally, type SendBulk, sendTogether } from './conditional-bulk.js';

/** Operations that are worth a request of their own. One for several callers has less than twice as many. */
export const ENOUGH_OPERATIONS = 250;

type Call<Operation> = {
  operations: readonly Operation[];
  resolve: (done: boolean) => void;
  reject: (error: unknown) => void;
};

/**
 * Group commit for the conditional writes of callers that know nothing of each other: what is handed in during one turn
 * of the event loop, or while the bulk before it is under way, goes out as one unordered bulk. As soon as there is
 * enough for one it goes out at once, beside others, so that catching up loses nothing. A trickle becomes few bulks by the
 * distance that they keep.
 */
export class Gatherer<Operation extends object> {
  readonly #send: SendBulk<Operation>;
  readonly #pace: Pace;
  #waiting: Call<Operation>[] = [];
  #operations = 0;
  #running = false;

  /** @param apartMs between the beginnings of two bulks that are not full; the first after an idle time goes at once */
  constructor(send: SendBulk<Operation>, { apartMs = 0 } = {}) {
    this.#send = send;
    this.#pace = new Pace(apartMs);
  }

  /**
   * Does the writes of one caller, together with those of others.
   *
   * @param options.alone in a request of their own: then nobody else's writes can make the answer false or a rejection
   * @returns as {@link sendTogether}: true, all are done; false, look afresh. Rejects when the outcome is unknown.
   */
  write(operations: readonly Operation[], { alone = false } = {}): Promise<boolean> {
    if (alone || operations.length === 0 || operations.length >= ENOUGH_OPERATIONS) {
      return conditionally(operations, this.#send);
    }
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiting.push({ operations, resolve, reject });
    this.#operations += operations.length;
    if (this.#operations >= ENOUGH_OPERATIONS) void this.#sendWaiting();
    else if (!this.#running) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#running = true;
    do {
      await nextTurn();
      await this.#pace.rest();
      this.#pace.begin();
      await this.#sendWaiting();
    } while (this.#waiting.length > 0);
    this.#running = false;
  }

  /** Never rejects: the callers are told. */
  async #sendWaiting(): Promise<void> {
    const calls = this.#waiting;
    this.#waiting = [];
    this.#operations = 0;
    if (calls.length === 0) return;
    try {
      const done = await sendTogether(
        calls.map(({ operations }) => operations),
        this.#send,
      );
      for (const [i, { resolve }] of calls.entries()) resolve(done[i] === true);
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }
}
