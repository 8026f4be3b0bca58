type Waiter = { position: number; resolve: (head: number) => void; reject: (reason: unknown) => void };

/** Those who wait for the log to grow: the waiting half of `waitAfter`, the same in every driver. */
export class HeadWaiters {
  readonly #waiting = new Set<Waiter>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves with the head that the first {@link advance} past `position` names; rejects with the signal's reason. */
  wait(position: number, signal: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        position,
        resolve: (head) => {
          signal.removeEventListener('abort', abort);
          resolve(head);
        },
        reject: (reason) => {
          signal.removeEventListener('abort', abort);
          reject(reason instanceof Error ? reason : new Error('waiting was given up', { cause: reason }));
        },
      };
      const abort = (): void => {
        this.#waiting.delete(waiter);
        waiter.reject(signal.reason);
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiter);
    });
  }

  /** Wakes everyone whose position lies below `head`. */
  advance(head: number): void {
    for (const waiter of this.#waiting) {
      if (waiter.position >= head) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(head);
    }
  }

  /** Tells everyone that there is nothing more to wait for. */
  fail(reason: unknown): void {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      waiter.reject(reason);
    }
  }
}
