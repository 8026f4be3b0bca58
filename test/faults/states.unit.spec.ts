import { eventText, METADATA, registrationText, SECRET } from '@rollbook-testing/read-models';
import type { Received } from './read-topic.js';
import { brokenStates } from './states.js';

const stored = (position: number, streamVersion: number, text: string) => ({
  position,
  streamId: 'client-a',
  streamVersion,
  text,
});
const REGISTERED = stored(1, 1, registrationText('a'));
const RENAMED = stored(
  2,
  2,
  eventText({
    type: 'ClientUpdated',
    client_id: 'a',
    streamVersion: 2,
    data: { metadata: { ...METADATA, client_name: 'Renamed' }, changed: ['client_name'] },
  }),
);
const DELETED = stored(
  3,
  3,
  eventText({ type: 'ClientDeleted', client_id: 'a', streamVersion: 3, data: { reason: 'client' } }),
);
const record = (key: string, value: object | null): Received => ({
  partition: 0,
  message: {
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
    timestamp: '0',
    attributes: 0,
    offset: '0',
    headers: {},
  },
});
const state = (streamVersion: number, metadata: object = METADATA, more: object = {}) => ({
  status: 'active',
  streamVersion,
  metadata,
  secrets: [{ ...SECRET, validUntil: null }],
  ...more,
});
const renamed = { ...METADATA, client_name: 'Renamed' };

test.each([
  ['the state of a registration', [record('client-a', state(1))], [REGISTERED], null],
  [
    'the last record counts',
    [record('client-a', state(1)), record('client-a', state(2, renamed))],
    [REGISTERED, RENAMED],
    null,
  ],
  [
    'the order of members does not',
    [record('client-a', state(1, Object.fromEntries(Object.entries(METADATA).toReversed())))],
    [REGISTERED],
    null,
  ],
  ['a tombstone for a deleted client', [record('client-a', null)], [REGISTERED, RENAMED, DELETED], null],
  ['a client is missing', [], [REGISTERED], /is not there/],
  ['an older state', [record('client-a', state(1))], [REGISTERED, RENAMED], /not as the log says/],
  [
    'an older state after a newer one',
    [record('client-a', state(2, renamed)), record('client-a', state(1))],
    [REGISTERED, RENAMED],
    /not as the log says/,
  ],
  ['other metadata', [record('client-a', state(1, renamed))], [REGISTERED], /not as the log says/],
  ['no tombstone', [record('client-a', state(2, renamed))], [REGISTERED, RENAMED, DELETED], /no tombstone/],
  ['a tombstone too early', [record('client-a', null)], [REGISTERED], /has a tombstone/],
  [
    'a client that the log has not',
    [record('client-a', state(1)), record('client-b', state(1))],
    [REGISTERED],
    /unknown to the log/,
  ],
])('design §7 · compacted topic against the log: %s', (_, records, log, expected) => {
  const broken = brokenStates(records, log);
  if (expected === null) expect(broken).toEqual([]);
  else expect(broken).toEqual([expect.stringMatching(expected)]);
});
