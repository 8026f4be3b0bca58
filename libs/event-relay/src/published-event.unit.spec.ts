import { describe, expect, test } from '@jest/globals';
import { eventRecord, UnreadableEvent } from './event-record.js';
import { NotAPublishedEvent, readPublishedEvent, type ReceivedMessage } from './published-event.js';

const text = JSON.stringify({
  eventId: '0190f3a2-7c11-7000-8000-000000000001',
  type: 'ClientRegistered',
  schemaVersion: 1,
  streamId: 'client-é',
  recordedAt: '2026-11-24T03:00:00.000Z',
  data: { client_name: 'クライアント' },
});
const event = { position: 12, streamId: 'client-é', streamVersion: 3, text };
const record = eventRecord(event, { partition: 4, previousPosition: 7, source: 'https://rollbook.example' });
const asOctets = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));
const received: ReceivedMessage = {
  offset: '5',
  key: Buffer.from(record.key),
  value: Buffer.from(record.value),
  headers: asOctets(record.headers),
};

describe('records of events', () => {
  test('design §7 · the headers are CloudEvents 1.0 in binary mode, with position, version and predecessor', () => {
    expect(record.headers).toEqual({
      ce_specversion: '1.0',
      ce_id: '0190f3a2-7c11-7000-8000-000000000001',
      ce_type: 'rollbook.ClientRegistered',
      ce_source: 'https://rollbook.example',
      ce_subject: 'client-é',
      ce_time: '2026-11-24T03:00:00.000Z',
      ce_dataschema: 'https://rollbook.example/schemas/events/ClientRegistered/1',
      'content-type': 'application/json',
      ce_position: '12',
      ce_streamversion: '3',
      ce_prevposition: '7',
    });
  });

  test('design §7 · the key is the stream, the value is the stored text', () => {
    expect(record).toMatchObject({ key: 'client-é', value: text, partition: 4, position: 12 });
  });

  test('design §7 · what was published is read back', () => {
    expect(readPublishedEvent(4, received)).toEqual({
      ...event,
      partition: 4,
      offset: '5',
      previousPosition: 7,
    });
  });

  test.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['an object without the envelope', '{}'],
    ['an envelope without its version', JSON.stringify({ eventId: 'a', type: 'b', recordedAt: 'c' })],
  ])('design §7 · a text that is no event is not published: %s', (_, wrong) => {
    const place = { partition: 0, previousPosition: 0, source: '' };
    expect(() => eventRecord({ ...event, text: wrong }, place)).toThrow(UnreadableEvent);
  });

  test.each<[string, Partial<ReceivedMessage>]>([
    ['no key', { key: null }],
    ['no value', { value: null }],
    ['no headers', { headers: undefined }],
    ['no position', { headers: { ...received.headers, ce_position: undefined } }],
    ['a position that is no number', { headers: { ...received.headers, ce_position: 'twelve' } }],
    ['an empty position', { headers: { ...received.headers, ce_position: '' } }],
    ['two positions', { headers: { ...received.headers, ce_position: ['1', '2'] } }],
    ['position 0', { headers: { ...received.headers, ce_position: '0' } }],
    ['half a predecessor', { headers: { ...received.headers, ce_prevposition: '0.5' } }],
    ['no version', { headers: { ...received.headers, ce_streamversion: undefined } }],
  ])('design §7 · a record that is no event of ours is refused: %s', (_, change) => {
    expect(() => readPublishedEvent(4, { ...received, ...change })).toThrow(NotAPublishedEvent);
  });
});
