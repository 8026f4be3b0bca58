/** What is open so far: closed in the opposite order, all of it also when the rest could not be opened. */
export class CloseBackwards {
  readonly #open: (() => unknown)[] = [];

  /** Takes note of what was just opened, and hands it on. */
  add<Opened>(opened: Opened, close: (opened: Opened) => unknown): Opened {
    this.#open.push(() => close(opened));
    return opened;
  }

  /**
   * Safe to call again.
   *
   * @throws the first failure to close something, after everything else was closed
   */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let closeOne = this.#open.pop(); closeOne !== undefined; closeOne = this.#open.pop()) {
      try {
        await closeOne();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
