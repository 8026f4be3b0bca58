import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { MasterKeyRefused } from '../key-store.js';
import { KEY_OCTETS } from './derive.js';
import type { KeyFile, MasterKeyRow } from './key-file.js';

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
export function openMasterKeys(file: KeyFile, masterKey: Buffer, previous: Buffer | undefined): MasterKeys {
  for (const key of [masterKey, previous]) {
    if (key && key.length !== KEY_OCTETS)
      throw new MasterKeyRefused(`a master key must have ${KEY_OCTETS} octets`);
  }
  const rows = file.masterKeys();
  const newest = rows.at(-1);
  if (!newest) file.addMasterKey(checkValueOf(masterKey), null);
  else if (!isKeyOf(newest, masterKey)) rotate(file, rows, masterKey, previous);
  return unwrapAll(file.masterKeys(), masterKey);
}

function isKeyOf(row: MasterKeyRow, masterKey: Buffer): boolean {
  return timingSafeEqual(row.checkValue, checkValueOf(masterKey));
}

function rotate(file: KeyFile, rows: MasterKeyRow[], masterKey: Buffer, previous: Buffer | undefined): void {
  const newest = rows.at(-1);
  if (rows.some((row) => isKeyOf(row, masterKey))) {
    throw new MasterKeyRefused(
      'the master key of this key store was replaced by a newer one; give the newer one',
    );
  }
  if (!newest || !previous || !isKeyOf(newest, previous)) {
    throw new MasterKeyRefused(
      'the master key is not the one that this key store was made with; give that one, or give it as the previous master key to replace it',
    );
  }
  const cipher = createCipheriv('id-aes256-wrap', derive(masterKey, 'master key wrap'), WRAP_IV);
  const wrapped = Buffer.concat([cipher.update(previous), cipher.final()]);
  file.addMasterKey(checkValueOf(masterKey), { id: newest.id, wrapped });
}

/** From the newest backwards: each master key opens its predecessor. */
function unwrapAll(rows: MasterKeyRow[], newestKey: Buffer): MasterKeys {
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
