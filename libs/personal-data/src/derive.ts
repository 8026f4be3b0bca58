import { hkdfSync, randomFillSync, type KeyObject } from 'node:crypto';

/** Octets of a key, of a salt, and of a `kid`. A salt is as long as a key: once it is erased, nothing else hides the key. */
export const KEY_OCTETS = 32;
export const SALT_OCTETS = 32;
export const KID_OCTETS = 16;
const TIME_OCTETS = 6;

/** What is stored of a key. */
export type KeyRow = { kid: Buffer; salt: Buffer; masterKeyId: number };

/** The key of a row: HKDF-SHA256(master key, salt, info) (RFC 5869), `info` naming the purpose and the key. */
export function deriveKey(masterKey: KeyObject, row: Pick<KeyRow, 'kid' | 'salt'>): Buffer {
  const info = Buffer.concat([PURPOSE, row.kid]);
  return Buffer.from(hkdfSync('sha256', masterKey, row.salt, info, KEY_OCTETS));
}
const PURPOSE = Buffer.from('rollbook personal-data key 1 ');

/**
 * New rows. A `kid` is 48 bits of time and 80 random bits: random enough to be unique also after a backup was restored,
 * and in order of time, so that rows are added at one end of the table however many there are.
 */
export function newRows(count: number, masterKeyId: number, now: number): KeyRow[] {
  const random = randomFillSync(Buffer.alloc(count * (KID_OCTETS + SALT_OCTETS)));
  return Array.from({ length: count }, (_, i) => {
    const at = i * (KID_OCTETS + SALT_OCTETS);
    const kid = random.subarray(at, at + KID_OCTETS);
    kid.writeUIntBE(now, 0, TIME_OCTETS);
    return { kid, salt: random.subarray(at + KID_OCTETS, at + KID_OCTETS + SALT_OCTETS), masterKeyId };
  });
}
