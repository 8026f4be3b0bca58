import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { MasterKeyRefused } from './key-store.js';
import { KEY_OCTETS } from './derive.js';

/** A master key as a store keeps it: a value to recognise it by, and the key itself wrapped by its successor. */
export type MasterKeyRow = { id: number; checkValue: Buffer; wrappedByNext: Buffer | null };

/** A master key that is added, and what the one before it is wrapped to. */
export type NewMasterKey = {
  id: number;
  checkValue: Buffer;
  predecessor: { id: number; wrapped: Buffer } | null;
};

/** Where a driver keeps master keys. */
export interface MasterKeyRows {
  /** Oldest first. */
  masterKeys(): MasterKeyRow[] | Promise<MasterKeyRow[]>;
  /** All or nothing, durable. Adds nothing where another process was first with this `id`. */
  addMasterKey(added: NewMasterKey): void | Promise<void>;
}

/** The master keys of a key store by their id; new rows are made with the newest. */
export type MasterKeys = { newestId: number; byId: ReadonlyMap<number, KeyObject> };

/** RFC 3394 §2.2.3.1: the value that shows on unwrapping that the key was the right one. */
const WRAP_IV = Buffer.alloc(8, 0xa6);

const derive = (masterKey: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, '', `rollbook ${purpose}`, KEY_OCTETS));
const checkValueOf = (masterKey: Buffer): Buffer => derive(masterKey, 'master key check');

/**
 * Recognises the master key that a key store was made with; takes the first one on an empty store. A new master key is
 * taken when the one it replaces is given as `previous`, which is then kept wrapped by the new one: the next start
 * needs the new one only, and any number of rotations can follow.
 *
 * @throws MasterKeyRefused when the keys in the store could not be derived with it
 */
export async function openMasterKeys(
  store: MasterKeyRows,
  masterKey: Buffer,
  previous: Buffer | undefined,
): Promise<MasterKeys> {
  for (const key of [masterKey, previous]) {
    if (key && key.length !== KEY_OCTETS)
      throw new MasterKeyRefused(`a master key must have ${KEY_OCTETS} octets`);
  }
  // Several processes may start at once with a new master key: whoever was not first reads what the first one added.
  for (;;) {
    const rows = await store.masterKeys();
    const newest = rows.at(-1);
    if (newest && isKeyOf(newest, masterKey)) return unwrapAll(rows, masterKey);
    await store.addMasterKey(
      newest
        ? rotation(rows, newest, masterKey, previous)
        : { id: 1, checkValue: checkValueOf(masterKey), predecessor: null },
    );
  }
}

function isKeyOf(row: MasterKeyRow, masterKey: Buffer): boolean {
  return timingSafeEqual(row.checkValue, checkValueOf(masterKey));
}

function rotation(
  rows: readonly MasterKeyRow[],
  newest: MasterKeyRow,
  masterKey: Buffer,
  previous: Buffer | undefined,
): NewMasterKey {
  if (rows.some((row) => isKeyOf(row, masterKey))) {
    throw new MasterKeyRefused(
      'the master key of this key store was replaced by a newer one; give the newer one',
    );
  }
  if (!previous || !isKeyOf(newest, previous)) {
    throw new MasterKeyRefused(
      'the master key is not the one that this key store was made with; give that one, or give it as the previous master key to replace it',
    );
  }
  const cipher = createCipheriv('id-aes256-wrap', derive(masterKey, 'master key wrap'), WRAP_IV);
  const wrapped = Buffer.concat([cipher.update(previous), cipher.final()]);
  return {
    id: newest.id + 1,
    checkValue: checkValueOf(masterKey),
    predecessor: { id: newest.id, wrapped },
  };
}

/** From the newest backwards: each master key opens its predecessor. */
function unwrapAll(rows: readonly MasterKeyRow[], newestKey: Buffer): MasterKeys {
  const byId = new Map<number, KeyObject>();
  let key = newestKey;
  for (const row of rows.toReversed()) {
    if (row.wrappedByNext) {
      const decipher = createDecipheriv('id-aes256-wrap', derive(key, 'master key wrap'), WRAP_IV);
      key = Buffer.concat([decipher.update(row.wrappedByNext), decipher.final()]);
    }
    byId.set(row.id, createSecretKey(key));
  }
  return { newestId: rows.at(-1)?.id ?? 0, byId };
}
