import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import type { Random } from '@rollbook/credentials';

/** The personal part of an event, encrypted (design §3); every member but `kid` base64url. */
export type Personal = {
  /** Names the key in the key store. */
  kid: string;
  /** 96 random bits. */
  nonce: string;
  /** AES-256-GCM of the UTF-8 JSON text, the 128-bit tag appended. */
  ciphertext: string;
  /** HMAC-SHA256(key, "commit"): GCM alone does not commit to its key. */
  keyCommit: string;
};

/** A client's key: 32 octets. */
export type PersonalKey = { kid: string; key: Buffer };

/** Personal data that can't be read with this key: `key` = made with another key, `changed` = altered or moved. */
export class PersonalDataError extends Error {
  readonly reason: 'key' | 'changed';
  constructor(reason: 'key' | 'changed', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PersonalDataError';
    this.reason = reason;
  }
}

const CIPHER = 'aes-256-gcm';
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/** A key of 32 octets as Node wants it: with raw octets each cipher and each HMAC costs some 25 µs more. */
const keyObject = ({ key }: PersonalKey): KeyObject => createSecretKey(key);
const commitment = (key: KeyObject): Buffer => createHmac('sha256', key).update('commit').digest();

/**
 * Encrypts the personal part of an event for its client's key: AES-256-GCM under a fresh random nonce, bound to the
 * event (AAD = `eventId`). A stream has at most 10,000 versions, far below the bound for random nonces under one key.
 *
 * @param plaintext serialised as JSON
 */
export function encryptPersonal(
  key: PersonalKey,
  plaintext: object,
  eventId: string,
  random: Random,
): Personal {
  const secret = keyObject(key);
  const nonce = random(NONCE_OCTETS);
  const cipher = createCipheriv(CIPHER, secret, nonce).setAAD(Buffer.from(eventId));
  const ciphertext = [cipher.update(JSON.stringify(plaintext), 'utf8'), cipher.final(), cipher.getAuthTag()];
  return {
    kid: key.kid,
    nonce: nonce.toString('base64url'),
    ciphertext: Buffer.concat(ciphertext).toString('base64url'),
    keyCommit: commitment(secret).toString('base64url'),
  };
}

/**
 * Reads the personal part of an event.
 *
 * @returns what was encrypted, as JSON has it
 * @throws PersonalDataError when it was made with another key, changed, or belongs to another event
 */
export function decryptPersonal(personal: Personal, key: PersonalKey, eventId: string): unknown {
  const secret = keyObject(key);
  const committed = octets(personal.keyCommit);
  const expected = commitment(secret);
  if (
    personal.kid !== key.kid ||
    committed.length !== expected.length ||
    !timingSafeEqual(committed, expected)
  ) {
    throw new PersonalDataError('key', 'the personal data were encrypted with another key');
  }
  const nonce = octets(personal.nonce);
  const sealed = octets(personal.ciphertext);
  if (nonce.length !== NONCE_OCTETS || sealed.length < TAG_OCTETS) throw changed();
  const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG_OCTETS })
    .setAAD(Buffer.from(eventId))
    .setAuthTag(sealed.subarray(-TAG_OCTETS));
  const plaintext = decipher.update(sealed.subarray(0, -TAG_OCTETS));
  try {
    decipher.final();
  } catch (cause) {
    throw changed({ cause });
  }
  return JSON.parse(plaintext.toString('utf8'));
}

const changed = (options?: ErrorOptions) =>
  new PersonalDataError('changed', 'the personal data were changed, or belong to another event', options);

/** Strict base64url: a text that is not exactly what we would have written counts as changed. */
function octets(text: string): Buffer {
  const read = Buffer.from(text, 'base64url');
  if (read.toString('base64url') !== text) throw changed();
  return read;
}
