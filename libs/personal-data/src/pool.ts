import { KeyStoreUnavailable } from './key-store.js';

type Waiting<Key> = { resolve: (key: Key) => void; reject: (error: KeyStoreUnavailable) => void };

/** Above this many callers without a key the store is not keeping up: refuse rather than gather memory. */
const MAX_WAITING = 10_000;

/**
 * Keys made durable ahead of use. A new batch is ordered when half are used, so that a caller waits for the store only
 * when the pool ran empty; one batch is under way at a time.
 */
export class KeyPool<Key> {
  readonly #size: number;
  readonly #batch: number;
  readonly #make: (count: number) => Promise<Key[]>;
  readonly #ready: Key[] = [];
  #waiting: Waiting<Key>[] = [];
  #making: Promise<void> | null = null;
  #closed = false;

  /**
   * @param make gives that many keys, durable; its failure becomes the cause of {@link KeyStoreUnavailable}
   * @param batch most keys that are made at once
   */
  constructor(size: number, make: (count: number) => Promise<Key[]>, batch = size) {
    this.#size = size;
    this.#batch = batch;
    this.#make = make;
  }

  /** A key that nobody else gets. @throws KeyStoreUnavailable */
  take(): Promise<Key> {
    if (this.#closed) return Promise.reject(closed());
    const key = this.#ready.pop();
    if (!key && this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(new KeyStoreUnavailable('too many registrations wait for a key'));
    }
    const taken = key ? Promise.resolve(key) : this.#wait();
    void this.refill();
    return taken;
  }

  /** Resolves when the batch under way has succeeded or failed. */
  refill(): Promise<void> {
    if (this.#making) return this.#making;
    if (this.#closed || (this.#waiting.length === 0 && this.#ready.length * 2 >= this.#size))
      return Promise.resolve();
    this.#making = this.#make(Math.min(this.#batch, this.#size - this.#ready.length)).then(
      (keys) => this.#made(keys),
      (cause: unknown) => this.#failed(new KeyStoreUnavailable('no key could be made durable', { cause })),
    );
    return this.#making;
  }

  /** Refuses those who wait and those who come. */
  close(): void {
    this.#closed = true;
    this.#failed(closed());
  }

  #wait(): Promise<Key> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #made(keys: Key[]): void {
    this.#making = null;
    this.#ready.push(...keys);
    const served = this.#waiting.splice(0, this.#ready.length);
    for (const { resolve } of served) {
      const key = this.#ready.pop();
      if (key) resolve(key);
    }
    void this.refill();
  }

  /** The next call of {@link take} below the mark tries again. */
  #failed(error: KeyStoreUnavailable): void {
    this.#making = null;
    const refused = this.#waiting;
    this.#waiting = [];
    for (const { reject } of refused) reject(error);
  }
}

const closed = () => new KeyStoreUnavailable('the key store is closed');
