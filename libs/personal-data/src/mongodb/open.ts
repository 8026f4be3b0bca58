import { LRUCache } from 'lru-cache';
import { deriveKey, KID_OCTETS, newRows, type KeyRow } from '../derive.js';
import { KeyStoreUnavailable, MasterKeyRefused, type KeyStore } from '../key-store.js';
import { openMasterKeys, type MasterKeys } from '../master-keys.js';
import { KeyPool } from '../pool.js';
import { type KeyCollections, openKeyCollections } from './key-collections.js';
import type { MongodbKeyStoreOptions } from './options.js';

/** At 5,000 registrations a second half of these last 100 ms; a majority makes them durable in a tenth of that. */
const POOL_SIZE = 1024;
/** A registration that comes meanwhile waits behind an insert, so it is a short one. */
const BATCH = 128;
/** Keys found again that are kept at hand; some 150 octets each. */
const FOUND_KEYS = 512;
/** Another process may erase a key: so long, and no longer, it can still be used by one that had found it before. */
const FOUND_FOR_MS = 30_000;

/** {@link openMongodbKeyStore}, the driver loaded. */
export async function openKeyStore(options: MongodbKeyStoreOptions): Promise<KeyStore> {
  const { collections, masterKeys } = await open(options);
  const make = async (count: number) => {
    const rows = newRows(count, masterKeys.newestId, Date.now());
    await collections.insert(rows);
    return rows;
  };
  const pool = new KeyPool<KeyRow>(options.poolSize ?? POOL_SIZE, make, BATCH);
  const found = new LRUCache<string, Buffer>({ max: FOUND_KEYS, ttl: FOUND_FOR_MS, ttlAutopurge: true });
  let closing: Promise<void> | null = null;
  // A first batch that fails does not stop the start: reading must go on, and `take` tries again.
  await pool.refill();
  return {
    // Derived when it is taken, some ten microseconds: a whole batch at once would hold up every request for as many
    // milliseconds.
    take: async () => {
      const row = await pool.take();
      return { kid: row.kid.toString('base64url'), key: derived(row) };
    },
    find: async (kid) => {
      if (closing) throw closed();
      const key = found.get(kid) ?? (await findStored(kid));
      return key ? { kid, key } : null;
    },
    close: () => (closing ??= close()),
  };

  async function findStored(kid: string): Promise<Buffer | null> {
    const octets = Buffer.from(kid, 'base64url');
    if (octets.length !== KID_OCTETS) return null;
    const row = await collections.find(octets).catch((cause: unknown) => {
      throw closing ? closed() : new KeyStoreUnavailable('the key store could not be read', { cause });
    });
    if (!row) return null;
    const key = derived(row);
    found.set(kid, key);
    return key;
  }

  /** @throws KeyStoreUnavailable for a row of a process that was started with a newer master key */
  function derived(row: KeyRow): Buffer {
    const masterKey = masterKeys.byId.get(row.masterKeyId);
    if (!masterKey) {
      throw new KeyStoreUnavailable(
        'the key was made with a newer master key: start this process with that one',
      );
    }
    return deriveKey(masterKey, row);
  }

  async function close(): Promise<void> {
    pool.close();
    found.clear();
    await collections.close();
  }
}

async function open({
  url,
  database,
  masterKey,
  previousMasterKey,
}: MongodbKeyStoreOptions): Promise<{ collections: KeyCollections; masterKeys: MasterKeys }> {
  let collections: KeyCollections | null = null;
  try {
    collections = await openKeyCollections(url, database);
    return { collections, masterKeys: await openMasterKeys(collections, masterKey, previousMasterKey) };
  } catch (error) {
    await collections?.close();
    if (error instanceof MasterKeyRefused) throw error;
    throw new KeyStoreUnavailable('the database of the key store does not answer', { cause: error });
  }
}

const closed = () => new KeyStoreUnavailable('the key store is closed');
