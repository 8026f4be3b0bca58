/** What is open so far: closed in the opposite order, all of it also when the rest could not be opened. */
export class CloseBackwards {
  readonly #open: (() => unknown)[] = [];

  /** Takes note of what was just opened, and hands it on. */
  add<Opened>(opened: Opened, close: (opened: Opened) => unknown): Opened {
    this.#open.push(() => close(opened));
    return opened;
  }

  /** Safe to call again. */
  async close(): Promise<void> {
    for (let closeOne = this.#open.pop(); closeOne !== undefined; closeOne = this.#open.pop())
      await closeOne();
  }
}
