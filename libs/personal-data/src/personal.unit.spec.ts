import { createCipheriv, randomBytes } from 'node:crypto';
import { decryptPersonal, encryptPersonal, type Personal, PersonalDataError } from '@rollbook/personal-data';
import * as fc from 'fast-check';

const EVENT_ID = '019a3f5e-7c00-7000-8000-000000000001';
const newKey = () => ({ kid: randomBytes(16).toString('base64url'), key: randomBytes(32) });
const KEY = newKey();
const encrypt = (plaintext: object, key = KEY) => encryptPersonal(key, plaintext, EVENT_ID, randomBytes);

/** What reading gives, or the reason why it is refused. */
function reading(personal: Personal, key = KEY, eventId = EVENT_ID): unknown {
  try {
    return decryptPersonal(personal, key, eventId);
  } catch (error) {
    if (error instanceof PersonalDataError) return error.reason;
    throw error;
  }
}

describe('design §3 · personal data come back as they were', () => {
  test('any JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (plaintext) => {
        const json: unknown = JSON.parse(JSON.stringify(plaintext));
        expect(reading(encrypt(plaintext))).toEqual(json);
      }),
    );
  });

  test('AES-256-GCM, 96-bit nonce, tag appended, AAD = eventId, base64url: as any other implementation has it', () => {
    const personal = encrypt({ ip: '192.0.2.1' });
    const nonce = Buffer.from(personal.nonce, 'base64url');
    const cipher = createCipheriv('aes-256-gcm', KEY.key, nonce).setAAD(Buffer.from(EVENT_ID));
    const octets = [cipher.update('{"ip":"192.0.2.1"}'), cipher.final(), cipher.getAuthTag()];
    expect(personal.ciphertext).toBe(Buffer.concat(octets).toString('base64url'));
    expect(nonce).toHaveLength(12);
    expect(Object.keys(personal)).toEqual(['kid', 'nonce', 'ciphertext', 'keyCommit']);
  });

  test('HMAC-SHA256(key, "commit") is known for a known key', () => {
    const personal = encrypt({}, { kid: 'k', key: Buffer.alloc(32, 1) });
    expect(personal.keyCommit).toBe('UEy_v_fgq86C8LJmSUg4yjCzG0eR9I3wO0iYk62deIo');
  });

  test('a nonce never repeats in 10,000', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => encrypt({}).nonce)).size).toBe(10_000);
  });
});

describe('design §3 · what was changed is refused', () => {
  const personal = encrypt({ contacts: ['admin@example.com'], ip: '192.0.2.1' });

  test.each(['nonce', 'ciphertext', 'keyCommit'] as const)('any bit of %s', (member) => {
    const octets = Buffer.from(personal[member], 'base64url');
    fc.assert(
      fc.property(fc.nat({ max: octets.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const changed = Buffer.from(octets);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const expected = member === 'keyCommit' ? 'key' : 'changed';
        expect(reading({ ...personal, [member]: changed.toString('base64url') })).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, Partial<Personal>, 'key' | 'changed']>([
    ['cut ciphertext', { ciphertext: personal.ciphertext.slice(0, 30) }, 'changed'],
    ['no ciphertext', { ciphertext: '' }, 'changed'],
    ['a longer nonce', { nonce: `${personal.nonce}AAAA` }, 'changed'],
    ['padding', { nonce: `${personal.nonce}=` }, 'changed'],
    ['another alphabet', { ciphertext: `+${personal.ciphertext.slice(1)}` }, 'changed'],
    ['no keyCommit', { keyCommit: '' }, 'key'],
    ['another kid', { kid: 'other' }, 'key'],
  ])('%s', (_name, over, reason) => {
    expect(reading({ ...personal, ...over })).toBe(reason);
  });

  test('moved to another event', () => {
    expect(reading(personal, KEY, '019a3f5e-7c00-7000-8000-000000000002')).toBe('changed');
  });

  test('another key is noticed by the commitment, before anything is decrypted', () => {
    expect(reading(personal, { ...newKey(), kid: KEY.kid })).toBe('key');
  });
});
