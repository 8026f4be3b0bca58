/** Work for one key is done one after the other, in the order of asking; different keys do not wait for each other. */
export class OneAtATime {
  /** Of each key with work: settles, and never rejects, when the last of it is done. */
  readonly #last = new Map<string, Promise<void>>();

  /** Does the work when all that was asked for before is done. @returns what it gives; rejects as it does */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const before = this.#last.get(key);
    this.#last.set(key, done);
    try {
      await before;
      return await work();
    } finally {
      resolve();
      if (this.#last.get(key) === done) this.#last.delete(key);
    }
  }

  /** Keys with work. */
  get size(): number {
    return this.#last.size;
  }
}
