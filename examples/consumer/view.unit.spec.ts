import { readFileSync } from 'node:fs';
import { verifySecret } from './verify.js';
import {
  applyEvent,
  applyState,
  emptyView,
  type EventRecord,
  fold,
  Gap,
  type StateRecord,
  type StoredEvent,
  UnknownVersion,
} from './view.js';

type History = {
  name: string;
  events: Pick<StoredEvent, 'type' | 'data'>[];
  active: boolean;
  secrets: unknown[];
  checks: { name: string; presented: string; at: string; secretId: string | null }[];
};
const { histories } = JSON.parse(readFileSync('docs/vectors/secrets.json', 'utf8')) as {
  histories: History[];
};

describe('docs/verifying-secrets.md §§2, 3 · the example consumer', () => {
  describe.each(histories)('$name', ({ events, active, secrets, checks }) => {
    const client = events.reduce<ReturnType<typeof fold>>(
      (before, event) => fold(before ?? undefined, { ...event, schemaVersion: 1 }),
      null,
    );

    test('has these secrets', () => {
      expect(client?.secrets ?? []).toEqual(secrets);
      expect(client?.status === 'active').toBe(active);
    });

    test.each(checks)('$name', ({ presented, at, secretId }) => {
      expect(verifySecret(client ?? undefined, presented, new Date(at))).toBe(secretId);
    });
  });
});

const DATA = { client_id: 'a', metadata: { client_name: 'A' }, secret: null };

/** The first event of a client, on partition 0 at offset 0 and position 1, but for what is said. */
const event = (
  change: Partial<EventRecord> & { type?: string; schemaVersion?: number } = {},
): EventRecord => {
  const { type = 'ClientRegistered', schemaVersion = 1, ...rest } = change;
  const place = { partition: 0, offset: 0, position: 1, previousPosition: 0, streamVersion: 1 };
  const value = JSON.stringify({ type, schemaVersion, data: DATA });
  return { ...place, key: 'client-a', value, ...rest };
};
const second = { offset: 1, position: 5, previousPosition: 1, streamVersion: 2, type: 'ClientSuspended' };
const state = (change: Partial<StateRecord> & { schemaVersion?: number; status?: string } = {}) => {
  const { schemaVersion = 1, status = 'active', ...rest } = change;
  const client = { client_id: 'a', status, metadata: {}, secrets: [], streamVersion: 1 };
  const value = JSON.stringify({ schemaVersion, ...client });
  return { partition: 0, key: 'client-a', value, eventsOffset: 0, position: 1, ...rest };
};

test('design §7 · events change the view, and the place with it', () => {
  const view = emptyView();
  expect(applyEvent(view, event())).toBe(true);
  expect(applyEvent(view, event(second))).toBe(true);
  expect(view.clients.get('client-a')).toMatchObject({ status: 'suspended', streamVersion: 2 });
  expect(view.places.get(0)).toEqual({ offset: 2, position: 5 });
});

test('design §7 · a repeat changes nothing but where to read on', () => {
  const view = emptyView();
  applyEvent(view, event());
  applyEvent(view, event(second));
  expect(applyEvent(view, event({ offset: 2 }))).toBe(false);
  expect(view.clients.get('client-a')).toMatchObject({ status: 'suspended', streamVersion: 2 });
  expect(view.places.get(0)).toEqual({ offset: 3, position: 5 });
});

test('design §7 · streams that are not about a client only have their place', () => {
  const view = emptyView();
  applyEvent(view, event({ key: 'iat-1', type: 'InitialAccessTokenIssued' }));
  expect([view.clients.size, view.places.get(0)]).toEqual([0, { offset: 1, position: 1 }]);
});

test.each([
  ['a record is missing on the partition', { ...second, previousPosition: 3 }],
  ['an event of the client is missing', { ...second, streamVersion: 3 }],
  ['the client is not known', { ...second, key: 'client-b' }],
  ['a first event that is none', { ...second, key: 'client-b', streamVersion: 1 }],
])('design §7 · a gap is noticed, and the view is as before: %s', (_, change) => {
  const view = emptyView();
  applyEvent(view, event());
  expect(() => applyEvent(view, event(change))).toThrow(Gap);
  expect(view.places.get(0)).toEqual({ offset: 1, position: 1 });
  expect([...view.clients.keys()]).toEqual(['client-a']);
});

test.each([
  ['a version', { ...second, schemaVersion: 2 }],
  ['a type', { ...second, type: 'ClientMoved' }],
])('design §3 · %s that is not known is no event to pass over', (_, change) => {
  const view = emptyView();
  applyEvent(view, event());
  expect(() => applyEvent(view, event(change))).toThrow(UnknownVersion);
  expect(view.places.get(0)).toEqual({ offset: 1, position: 1 });
});

test('design §7 · bootstrap: the last state counts, a deleted client and a tombstone take it away', () => {
  const view = emptyView();
  applyState(view, state());
  applyState(view, state({ key: 'client-b', eventsOffset: 4, position: 9 }));
  applyState(view, state({ key: 'client-a', eventsOffset: 6, position: 12, status: 'suspended' }));
  expect(view.clients.get('client-a')?.status).toBe('suspended');
  applyState(view, state({ eventsOffset: 7, position: 13, status: 'deleted' }));
  applyState(view, { ...state({ eventsOffset: 7, position: 13 }), value: null });
  expect([...view.clients.keys()]).toEqual(['client-b']);
  expect(view.places.get(0)).toEqual({ offset: 8, position: 13 });
});

test('design §3 · a state in a version that is not known is not passed over', () => {
  expect(() => applyState(emptyView(), state({ schemaVersion: 2 }))).toThrow(UnknownVersion);
});
