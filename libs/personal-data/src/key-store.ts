import type { PersonalKey } from './personal.js';

/** Where the keys of personal data are made and found again (design §3), apart from the log. */
export interface KeyStore {
  /**
   * A key that nobody else gets, and whose row is already durable: it is found again after `kill -9` or power loss.
   * Waits only when no key is ready.
   *
   * @throws KeyStoreUnavailable when no key can be made durable now (disk full); a later call may succeed
   */
  take(): Promise<PersonalKey>;
  /**
   * The key with this `kid`; null when there is none (never made, or erased).
   *
   * @throws KeyStoreUnavailable when the store can't be read now
   */
  find(kid: string): Promise<PersonalKey | null>;
  /** Frees the files; calls under way and later ones are refused with {@link KeyStoreUnavailable}. */
  close(): Promise<void>;
}

/** No key can be given now: answer 503. The reason is in `cause`. */
export class KeyStoreUnavailable extends Error {
  readonly retryAfterSeconds: number;
  constructor(message: string, options: ErrorOptions & { retryAfterSeconds?: number } = {}) {
    super(message, options);
    this.name = 'KeyStoreUnavailable';
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1;
  }
}

/** The master key can't open this key store; stops the start. Names no value. */
export class MasterKeyRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MasterKeyRefused';
  }
}
