import { jest } from '@jest/globals';
import type { StoredEvent } from '@rollbook/event-log';
import { eventText, registration, registrationText } from '@rollbook-testing/read-models';
import { type ClientRecord, foldBatch, type FoldSource } from './fold-batch.js';

const stored = (
  position: number,
  client_id: string,
  streamVersion: number,
  type: string,
  data: object = {},
) => ({
  position,
  streamId: `client-${client_id}`,
  streamVersion,
  text: eventText({ type, client_id, streamVersion, data }),
});
const registered = (position: number, client_id: string): StoredEvent => ({
  position,
  streamId: `client-${client_id}`,
  streamVersion: 1,
  text: registrationText(client_id),
});
const suspended = (position: number, client_id: string, version: number) =>
  stored(position, client_id, version, 'ClientSuspended', { reason: 'x' });

/** A model and a log in memory. */
function source(log: readonly StoredEvent[] = [], records: [string, ClientRecord][] = []) {
  const readStream = jest.fn<FoldSource['readStream']>(
    async (streamId, { afterVersion = 0, limit = 1000 } = {}) =>
      log
        .filter((event) => event.streamId === streamId && event.streamVersion > afterVersion)
        .slice(0, limit),
  );
  return { load: () => new Map(records), readStream, newestRegistration: Infinity } satisfies FoldSource;
}

test('design §2 · events of several clients fold into a document each', async () => {
  const batch = await foldBatch([registered(1, 'a'), registered(2, 'b'), suspended(3, 'a', 2)], source());
  expect([...batch.changed.values()].map(({ document }) => [document.client_id, document.status])).toEqual([
    ['a', 'suspended'],
    ['b', 'active'],
  ]);
  expect(batch.last?.position).toBe(3);
});

test('design §8 · what the document has already is passed over', async () => {
  const first = await foldBatch([registered(1, 'a'), suspended(2, 'a', 2)], source());
  const document = first.changed.get('a')?.document ?? null;
  const again = await foldBatch(
    [registered(1, 'a'), suspended(2, 'a', 2)],
    source([], [['a', { firstPosition: 1, document, parked: false }]]),
  );
  expect(again.changed.size).toBe(0);
  expect(again.parked.size).toBe(0);
});

test('design §8 · a version gap is closed from the log, and counted', async () => {
  const log = [
    registered(1, 'a'),
    suspended(2, 'a', 2),
    stored(3, 'a', 3, 'ClientReinstated', { reason: null }),
  ];
  const from = source(log);
  const batch = await foldBatch(log.slice(2), from);
  expect(batch.repairedGaps).toBe(1);
  expect(batch.changed.get('a')).toMatchObject({
    firstPosition: 1,
    document: { status: 'active', streamVersion: 3 },
  });
  expect(from.readStream).toHaveBeenCalledTimes(1);
});

test('design §8 · a gap that the log can not close parks the client', async () => {
  const batch = await foldBatch([suspended(3, 'a', 3)], source());
  expect(batch.parked.get('a')).toMatchObject({ reason: 'the log has no version 1', firstVersion: 3 });
});

const POISON: [name: string, event: StoredEvent][] = [
  ['an event that can not follow', suspended(1, 'a', 1)],
  ['a text that is not JSON', { ...registered(1, 'a'), text: '{' }],
  ['data that are not what the type says', stored(1, 'a', 1, 'ClientRegistered', { client_id: 'a' })],
  ['the text of another stream', { ...registered(1, 'a'), text: registrationText('b') }],
];
test.each(POISON)('design §8 · %s parks its client, the others go on', async (_name, poison) => {
  const batch = await foldBatch([poison, registered(2, 'b'), suspended(3, 'a', 2)], source());
  expect([...batch.parked.keys()]).toEqual(['a']);
  expect(batch.skipped).toEqual(new Map([['a', 1]]));
  expect([...batch.changed.keys()]).toEqual(['b']);
  expect(batch.last?.position).toBe(3);
});

test('design §8 · a parked client keeps the document from before', async () => {
  const batch = await foldBatch(
    [registered(1, 'a'), stored(2, 'a', 2, 'ClientRegistered', registration('a'))],
    source(),
  );
  expect(batch.changed.get('a')?.document.streamVersion).toBe(1);
  expect(batch.parked.get('a')).toMatchObject({ firstVersion: 2, position: 2 });
});

const UNKNOWN: [name: string, type: string, schemaVersion: number][] = [
  ['type', 'PersonalDataErased', 1],
  ['version', 'ClientSuspended', 99],
];
test.each(UNKNOWN)(
  'design §3 · an unknown %s is not poison: the batch ends before it',
  async (_name, type, version) => {
    const text = eventText({ type, client_id: 'a', streamVersion: 2, data: {}, schemaVersion: version });
    const unknown = { position: 2, streamId: 'client-a', streamVersion: 2, text };
    const batch = await foldBatch([registered(1, 'a'), unknown, registered(3, 'b')], source());
    expect(batch.unknown?.position).toBe(2);
    expect(batch.last?.position).toBe(1);
    expect([...batch.changed.keys()]).toEqual(['a']);
    expect(batch.parked.size).toBe(0);
  },
);

test('design §2 · streams that are not about one client pass by', async () => {
  const policy = {
    position: 1,
    streamId: 'system',
    streamVersion: 1,
    text: '{"recordedAt":"2026-11-01T10:00:00.000Z"}',
  };
  const batch = await foldBatch([policy], source());
  expect(batch).toMatchObject({
    last: { position: 1 },
    recordedAt: '2026-11-01T10:00:00.000Z',
    unknown: null,
  });
  expect(batch.changed.size).toBe(0);
});
