import { RegistrationError } from '@rollbook/protocol';
import * as fc from 'fast-check';
import { decodeCursor, encodeCursor } from './client-cursor.js';

const key = { client_id_issued_at: 1_700_000_000, client_id: 'pUCe9Fs_Yb8QkD2mXv-1Zw' };
const base64url = (text: string) => Buffer.from(text, 'utf8').toString('base64url');

describe('pages · cursor', () => {
  test('is base64url of the sort key', () => {
    expect(JSON.parse(Buffer.from(encodeCursor(key), 'base64url').toString())).toEqual(key);
  });

  test('comes back as it went', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string({ unit: 'grapheme' }), (client_id_issued_at, client_id) => {
        const cursor = encodeCursor({ client_id_issued_at, client_id });
        expect(decodeCursor(cursor)).toEqual({
          // JSON has one zero.
          client_id_issued_at: client_id_issued_at === 0 ? 0 : client_id_issued_at,
          client_id,
        });
      }),
    );
  });

  test.each([
    ['empty', ''],
    ['not base64url', '%%%'],
    ['not JSON', base64url('{')],
    ['null', base64url('null')],
    ['a list', base64url('[1,"a"]')],
    ['a member missing', base64url('{"client_id":"a"}')],
    ['text for a number', base64url('{"client_id_issued_at":"1","client_id":"a"}')],
    ['a fraction', base64url('{"client_id_issued_at":1.5,"client_id":"a"}')],
    ['another member', base64url('{"client_id_issued_at":1,"client_id":"a","x":1}')],
    ['members in another order', base64url('{"client_id":"a","client_id_issued_at":1}')],
    ['padding', `${encodeCursor({ client_id_issued_at: 1, client_id: 'a' })}==`],
    [
      'base64 instead of base64url',
      Buffer.from('{"client_id_issued_at":1,"client_id":"??>>"}').toString('base64'),
    ],
    ['a position', '17'],
  ])('refuses: %s', (_name, cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(RegistrationError);
    try {
      decodeCursor(cursor);
    } catch (error) {
      expect(error).toMatchObject({ refusal: 'invalid_request', violations: [{ members: ['cursor'] }] });
    }
  });

  test('no text crashes it', () => {
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        try {
          decodeCursor(cursor);
        } catch (error) {
          expect(error).toBeInstanceOf(RegistrationError);
        }
      }),
    );
  });
});
