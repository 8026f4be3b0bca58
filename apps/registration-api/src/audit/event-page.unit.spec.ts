import { memoryEventLog, type StoredEvent } from '@rollbook/event-log';
import { eventFilter } from './event-filter.js';
import { eventPage, readLog, readStreamOnly, withPosition } from './event-page.js';

const texts = (n: number, more: object = {}) =>
  Array.from({ length: n }, (_, i) =>
    JSON.stringify({ eventId: `e${i}`, type: i % 2 === 0 ? 'ClientRegistered' : 'ClientUpdated', ...more }),
  );

async function logOf(streams: Record<string, number>) {
  const log = memoryEventLog();
  for (const [streamId, count] of Object.entries(streams)) {
    await log.append({
      streamId,
      expectedVersion: 0,
      events: texts(count, { streamId }),
      commitId: streamId,
    });
  }
  return log;
}
const everything = () => true;
const positions = (items: string[]) =>
  items.map((item) => (JSON.parse(item) as { position: number }).position);

describe('events · pages', () => {
  test('an item is the position and then the stored octets', () => {
    const text = '{"eventId":"é","data":{"a":1.0}}';
    expect(withPosition({ position: 7, streamId: 's', streamVersion: 1, text })).toBe(
      '{"position":7,"eventId":"é","data":{"a":1.0}}',
    );
  });

  test.each<[string, Partial<Parameters<typeof eventPage>[0]>, number[], number | null]>([
    ['the first page', { limit: 2 }, [1, 2], 2],
    ['the page behind a cursor', { limit: 2, after: 2 }, [3, 4], 4],
    ['the last page, exactly full', { limit: 2, after: 4, to: 6 }, [5, 6], null],
    ['the last page, not full', { limit: 5, after: 4, to: 6 }, [5, 6], null],
    ['behind the end', { after: 6 }, [], null],
    ['far behind the end', { after: 600 }, [], null],
    ['up to a position', { to: 3 }, [1, 2, 3], null],
    ['a range that is empty', { after: 3, to: 2 }, [], null],
    ['a filter', { matches: eventFilter({ type: 'ClientUpdated' }), limit: 2 }, [2, 4], 4],
    [
      'a bounded look: fewer items than the limit',
      { matches: eventFilter({ type: 'ClientUpdated' }), bounds: { examinedEvents: 3, answeredChars: 1e6 } },
      [2],
      3,
    ],
    [
      'a bounded look: none at all',
      { matches: () => false, bounds: { examinedEvents: 4, answeredChars: 1e6 } },
      [],
      4,
    ],
    ['bounded octets', { bounds: { examinedEvents: 100, answeredChars: 1 } }, [1], 1],
  ])('%s', async (_name, input, wanted, next) => {
    const log = await logOf({ 'client-a': 6 });
    const page = await eventPage({
      read: readLog(log),
      matches: everything,
      after: 0,
      to: await log.head(),
      limit: 100,
      ...input,
    });
    expect([positions(page.items), page.next]).toEqual([wanted, next]);
  });

  test('following next shows each matching event once, whatever the page size', async () => {
    const log = await logOf({ 'client-a': 700 });
    const to = await log.head();
    for (const limit of [1, 7, 1_000]) {
      const seen: number[] = [];
      let after: number | null = 0;
      while (after !== null) {
        const page = await eventPage({
          read: readLog(log),
          matches: eventFilter({ type: 'ClientRegistered' }),
          after,
          to,
          limit,
          bounds: { examinedEvents: 100, answeredChars: 1e6 },
        });
        seen.push(...positions(page.items));
        after = page.next;
      }
      expect(seen).toEqual(Array.from({ length: 350 }, (_, i) => 2 * i + 1));
    }
  });

  test('one stream only: positions are those of the log, and cursors too', async () => {
    const log = await logOf({ 'client-a': 3, 'client-b': 600, 'client-c': 2 });
    const read = () => readStreamOnly(log, 'client-b');
    const to = await log.head();
    const first = await eventPage({ read: read(), matches: everything, after: 0, to, limit: 2 });
    expect([positions(first.items), first.next]).toEqual([[4, 5], 5]);
    const late = await eventPage({ read: read(), matches: everything, after: 600, to, limit: 10 });
    expect([positions(late.items), late.next]).toEqual([[601, 602, 603], null]);
    const none = await eventPage({
      read: readStreamOnly(log, 'client-x'),
      matches: everything,
      after: 0,
      to,
      limit: 1,
    });
    expect(none).toEqual({ items: [], next: null });
  });
});

describe('events · filters', () => {
  const event = (fields: object): StoredEvent => ({
    position: 1,
    streamId: 's',
    streamVersion: 1,
    text: JSON.stringify({
      type: 'ClientUpdated',
      recordedAt: '2026-03-01T12:00:00.500Z',
      actor: { kind: 'client' },
      ...fields,
    }),
  });
  test.each<[string, Parameters<typeof eventFilter>[0], object, boolean]>([
    ['nothing asked', {}, {}, true],
    ['the type', { type: 'ClientUpdated' }, {}, true],
    ['another type', { type: 'ClientDeleted' }, {}, false],
    [
      'a type that this release does not know',
      { actorKind: 'client' },
      { type: 'ClientMoved', schemaVersion: 9 },
      true,
    ],
    ['the actor', { actorKind: 'client' }, {}, true],
    ['another actor', { actorKind: 'operator' }, {}, false],
    ['since is included', { since: '2026-03-01T12:00:00.500Z' }, {}, true],
    ['before since', { since: '2026-03-01T12:00:00.501Z' }, {}, false],
    ['until is included', { until: '2026-03-01T13:00:00.5+01:00' }, {}, true],
    ['after until', { until: '2026-03-01T12:00:00.499Z' }, {}, false],
    [
      'all of them',
      {
        type: 'ClientUpdated',
        actorKind: 'client',
        since: '2026-01-01T00:00:00Z',
        until: '2027-01-01T00:00:00Z',
      },
      {},
      true,
    ],
  ])('%s', (_name, filter, fields, wanted) => {
    expect(eventFilter(filter)(event(fields))).toBe(wanted);
  });
});
