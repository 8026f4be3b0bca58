import type { KeyStore } from './key-store.js';
import type { MongodbKeyStoreOptions } from './mongodb/options.js';

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
