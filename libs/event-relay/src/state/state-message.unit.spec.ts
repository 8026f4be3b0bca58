import { describe, expect, test } from '@jest/globals';
import { readEvent } from '@rollbook/event-log';
import { fold, initialState } from '@rollbook/registration';
import { lifeEvent } from '../../testing/event-texts.js';
import { NotAClient } from './client-state-record.js';
import { NotAState, octetsOf, readStateHeaders, stateMessages } from './state-message.js';

const STREAM = 'client-a';
const PLACE = { streamId: STREAM, streamVersion: 2, position: 12, eventsOffset: 7 };
const stateAfter = (...types: string[]) =>
  fold(types.map((type, version) => readEvent(lifeEvent(STREAM, version, type).events[0] ?? '')));
const PLACE_HEADERS = { eventsoffset: '7', position: '12', streamversion: '2' };

describe('stateMessages', () => {
  test('design §7 · a state has its schema and its place in its headers', () => {
    const messages = stateMessages(
      stateAfter('ClientRegistered', 'ClientUpdated'),
      PLACE,
      'https://rollbook.example',
    );
    expect(messages).toEqual([
      {
        key: STREAM,
        value: expect.stringContaining('"status":"active"'),
        headers: {
          'content-type': 'application/json',
          dataschema: 'https://rollbook.example/schemas/states/ClientState/1',
          ...PLACE_HEADERS,
        },
      },
    ]);
  });

  test('design §7 · a deleted client is a state, then a tombstone that speaks of no value', () => {
    const messages = stateMessages(stateAfter('ClientRegistered', 'ClientDeleted'), PLACE, '');
    expect(messages.map(({ value }) => value)).toEqual([
      expect.stringContaining('"status":"deleted","metadata"'),
      null,
    ]);
    expect(JSON.parse(messages[0]?.value ?? '')).toMatchObject({ secrets: [] });
    expect(messages[1]).toEqual({ key: STREAM, value: null, headers: PLACE_HEADERS });
  });

  test('design §7 · nothing that has to be erased or that only we accept is in it', () => {
    const state = stateAfter('ClientRegistered');
    const [message] = stateMessages(state, PLACE, '');
    expect(Object.keys(JSON.parse(message?.value ?? '') as object)).not.toEqual(
      expect.arrayContaining(['personal', 'kid', 'registrationAccessTokens']),
    );
  });

  test('design §7 · a client that was never registered has no state', () => {
    expect(() => stateMessages(initialState(), PLACE, '')).toThrow(NotAClient);
  });

  test('design §7 · octets are counted as UTF-8, headers and frames with them', () => {
    const plain = { key: 'k', value: 'aa', headers: PLACE_HEADERS };
    expect(octetsOf({ ...plain, value: 'éé' }) - octetsOf(plain)).toBe(2);
    expect(octetsOf({ ...plain, value: null })).toBe(octetsOf(plain) - 2);
    expect(octetsOf(plain)).toBeGreaterThan(JSON.stringify(PLACE_HEADERS).length);
  });
});

describe('readStateHeaders', () => {
  const message = (headers: Record<string, string | Buffer | undefined>) => ({
    offset: '5',
    headers: { eventsoffset: '7', position: '12', ...headers },
  });

  test.each([
    ['as octets', message({ eventsoffset: Buffer.from('7'), position: Buffer.from('12') }), 7, 12],
    ['as text', message({}), 7, 12],
    ['before the first record', message({ eventsoffset: '-1' }), -1, 12],
  ])('design §7 · says how far the topic of events is taken in: %s', (_, given, eventsOffset, position) => {
    expect(readStateHeaders(0, given)).toEqual({ eventsOffset, position });
  });

  test.each([
    ['eventsoffset', undefined],
    ['eventsoffset', ''],
    ['eventsoffset', '-2'],
    ['eventsoffset', '1.5'],
    ['position', undefined],
    ['position', '0'],
    ['position', 'x'],
  ])('design §7 · a record without a proper %s (%p) is none of ours', (name, value) => {
    const read = () => readStateHeaders(3, message({ [name]: value }));
    expect(read).toThrow(NotAState);
    expect(read).toThrow(
      `the record at offset 5 of partition 3 is no state of a client: its header ${name} is no such number`,
    );
  });

  test('design §7 · a record without headers is none of ours', () => {
    expect(() => readStateHeaders(0, { offset: '0' })).toThrow(NotAState);
  });
});
