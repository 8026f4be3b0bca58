import type { KeyStore } from './key-store.js';

export type MongodbKeyStoreOptions = {
  /** Connection string; what it says of read and write concerns does not count. */
  url: string;
  /** The key store's own database, so that its backups can be kept for a shorter time than those of the log. */
  database: string;
  /** 32 octets. */
  masterKey: Buffer;
  /** The master key that `masterKey` replaces; needed at the first start of any process with it. */
  previousMasterKey?: Buffer;
  poolSize?: number;
};

/**
 * The key store of the distributed service (design §3): a database of its own, keys made durable by a majority ahead of
 * use, any number of processes at once. Resolves when the first keys are ready.
 *
 * After a crash the keys that were ready are rows nobody uses: at most `poolSize` per crash, and harmless.
 *
 * @throws MasterKeyRefused when the keys in the store were made with another master key
 * @throws KeyStoreUnavailable when the database does not answer
 */
export async function openMongodbKeyStore(options: MongodbKeyStoreOptions): Promise<KeyStore> {
  // Its driver is loaded only where it is used: the embedded service starts without it.
  const { openKeyStore } = await import('./mongodb/open.js');
  return openKeyStore(options);
}
