import { setTimeout as sleep } from 'node:timers/promises';

/** Lets one thing after another begin, no sooner after each other than so many milliseconds. */
export class Pace {
  readonly #apartMs: number;
  readonly #nowMs: () => number;
  #beganAt = Number.NEGATIVE_INFINITY;

  /** @param nowMs for tests; milliseconds since any moment */
  constructor(apartMs: number, nowMs: () => number = () => performance.now()) {
    this.#apartMs = apartMs;
    this.#nowMs = nowMs;
  }

  /** One begins now. */
  begin(): void {
    this.#beganAt = this.#nowMs();
  }

  /** Resolves when the next one may begin: at once when the last one is long ago, and at the signal in any case. */
  async rest(signal?: AbortSignal): Promise<void> {
    const left = this.#beganAt + this.#apartMs - this.#nowMs();
    if (left <= 0 || signal?.aborted) return;
    await sleep(left, undefined, signal && { signal }).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    });
  }
}
