import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readEvent, recordFacts, uuidV7 } from '@rollbook/event-log';
import { decryptPersonal } from '@rollbook/personal-data';
import { decide, eventSchema, initialState, streamIdOf } from '@rollbook/registration';
import { CLIENT, metadataOf, register } from '@rollbook-testing/registration';

const personalKey = { kid: 'k1', key: Buffer.alloc(32, 1) };
const record = (change: Partial<Parameters<typeof recordFacts>[0]> = {}) =>
  recordFacts({
    facts: decide(register(), initialState()),
    streamId: streamIdOf(CLIENT),
    expectedVersion: 0,
    previousRecordedAt: null,
    now: new Date('2026-11-01T00:00:00.123Z'),
    actor: { kind: 'anonymous', ref: null },
    policyVersion: '0123456789abcdef',
    correlationId: 'c1',
    causationId: null,
    personalKey,
    random: (octets) => Buffer.alloc(octets, 5),
    newEventId: (now) => uuidV7(now, randomBytes),
    ...change,
  });
const contacts = decide(
  register({ metadata: metadataOf({ contacts: ['a@example.org'] }), origin: { ip: '192.0.2.1' } }),
  initialState(),
);

test('design §3 · the text is the event, serialised once, in the order of the schema', () => {
  const { texts, events } = record({ facts: contacts });
  expect(texts.map(readEvent)).toEqual(events);
  const validate = new Ajv2020({ strict: true }).compile(eventSchema('ClientRegistered', 1) ?? false);
  expect([validate(events[0]), validate.errors]).toEqual([true, null]);
  const { properties } = eventSchema('ClientRegistered', 1) as { properties: object };
  expect(Object.keys(JSON.parse(texts[0] ?? '') as object)).toEqual(Object.keys(properties));
});

test('design §3 · versions follow the expected one; several facts share a time', () => {
  const [fact] = contacts;
  const { events } = record({ facts: fact ? [fact, fact] : [], expectedVersion: 7 });
  expect(events.map(({ streamVersion, recordedAt }) => [streamVersion, recordedAt])).toEqual([
    [8, '2026-11-01T00:00:00.123Z'],
    [9, '2026-11-01T00:00:00.123Z'],
  ]);
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(2);
});

test.each([
  ['an earlier event', '2026-11-01T00:00:00.122Z', '2026-11-01T00:00:00.123Z'],
  ['an event later than our clock', '2026-11-01T00:00:09.000Z', '2026-11-01T00:00:09.000Z'],
])('design §3 · time never goes back within a stream: after %s', (_name, previousRecordedAt, expected) => {
  expect(record({ previousRecordedAt }).events[0]?.recordedAt).toBe(expected);
});

describe('design §3 · personal facts', () => {
  test('are encrypted for their event', () => {
    const { texts, events } = record({ facts: contacts });
    expect(texts[0]).not.toMatch(/example\.org"\]|192\.0\.2\.1/);
    const [event] = events;
    expect(event?.personal && decryptPersonal(event.personal, personalKey, event.eventId)).toEqual({
      metadata: { contacts: ['a@example.org'] },
      ip: '192.0.2.1',
    });
  });

  test('without a key nothing is recorded, neither in clear nor without them', () => {
    expect(() => record({ facts: contacts, personalKey: null })).toThrow(/no key/);
  });

  test('that are not there need no key', () => {
    expect(record({ personalKey: null }).events[0]?.personal).toBeNull();
  });
});

test('RFC 9562 §5.7 · event ids carry their time', () => {
  const id = uuidV7(new Date('2026-11-01T00:00:00.123Z'), randomBytes);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.parse('2026-11-01T00:00:00.123Z'));
});

const golden = new URL('../../registration/golden/', import.meta.url);
test.each(
  readdirSync(golden)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file]),
)('design §3 · golden %s is read', (file) => {
  expect(readEvent(readFileSync(new URL(file, golden), 'utf8')).type).toBe(file.split('.')[0]);
});

test('design §3 · an event of a newer release stops the reader', () => {
  const [text = ''] = record().texts;
  expect(() => readEvent(text.replace('"schemaVersion":1', '"schemaVersion":2'))).toThrow(
    expect.objectContaining({ name: 'UnknownEvent', schemaVersion: 2 }) as Error,
  );
});
