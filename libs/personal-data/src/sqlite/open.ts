import { LRUCache } from 'lru-cache';
import { KeyStoreUnavailable, type KeyStore } from '../key-store.js';
import { deriveKey, KID_OCTETS } from '../derive.js';
import { openKeyFile } from './key-file.js';
import { KeyMaker } from './maker.js';
import { openMasterKeys } from '../master-keys.js';
import { KeyPool } from '../pool.js';

/** At 15,000 registrations a second half of these last 34 ms; a batch takes a tenth of that on an ordinary disk. */
const POOL_SIZE = 1024;
/** Keys found again that are kept at hand; some 150 octets each. */
const FOUND_KEYS = 512;

/**
 * The key store of the embedded service: one SQLite file (mode 0600), keys made durable ahead of use by a worker
 * thread. Resolves when the first keys are ready. One process per file: the data directory's lock sees to that.
 *
 * After a crash the keys that were ready are rows nobody uses: at most `poolSize` per crash, some 60 octets each, and
 * harmless, so they are not looked for.
 *
 * @param options.masterKey 32 octets
 * @param options.previousMasterKey the master key that `masterKey` replaces; needed once, at the first start with it
 * @throws MasterKeyRefused when the keys in the file were made with another master key
 */
export async function openSqliteKeyStore(options: {
  file: string;
  masterKey: Buffer;
  previousMasterKey?: Buffer;
  poolSize?: number;
}): Promise<KeyStore> {
  const file = openKeyFile(options.file);
  const masterKeys = await readMasterKeys();
  const maker = new KeyMaker({
    file: options.file,
    masterKeyId: masterKeys.newestId,
    masterKey: options.masterKey,
  });
  const pool = new KeyPool(options.poolSize ?? POOL_SIZE, (count) => maker.make(count));
  const found = new LRUCache<string, Buffer>({ max: FOUND_KEYS });
  let closing: Promise<void> | null = null;
  // A first batch that fails (disk full) does not stop the start: reading must go on, and `take` tries again.
  await pool.refill();
  return {
    take: () => pool.take(),
    find: async (kid) => {
      if (closing) throw new KeyStoreUnavailable('the key store is closed');
      const key = found.get(kid) ?? findStored(kid);
      if (key) found.set(kid, key);
      return key ? { kid, key } : null;
    },
    close: () => (closing ??= close()),
  };

  async function readMasterKeys() {
    try {
      return await openMasterKeys(file, options.masterKey, options.previousMasterKey);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  function findStored(kid: string): Buffer | null {
    const octets = Buffer.from(kid, 'base64url');
    if (octets.length !== KID_OCTETS) return null;
    const row = readRow(octets);
    const masterKey = row && masterKeys.byId.get(row.masterKeyId);
    return row && masterKey ? deriveKey(masterKey, row) : null;
  }

  function readRow(kid: Buffer) {
    try {
      return file.find(kid);
    } catch (cause) {
      throw new KeyStoreUnavailable('the key store could not be read', { cause });
    }
  }

  async function close(): Promise<void> {
    pool.close();
    await maker.close();
    file.close();
  }
}
