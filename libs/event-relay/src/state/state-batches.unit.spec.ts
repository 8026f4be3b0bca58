import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { memoryEventLog, readEvent, type StoredEvent } from '@rollbook/event-log';
import { fold } from '@rollbook/registration';
import { command, lifeEvent } from '../../testing/event-texts.js';
import { partitionOf } from '../partition.js';
import type { PublishedEvent } from '../published-event.js';
import { LogEndsBefore, NO_PROGRESS, stateBatches, type StateBatch } from './state-batches.js';
import { StateFolds } from './state-folds.js';
import { octetsOf, stateMessages } from './state-message.js';

const SOURCE = 'https://rollbook.example';
const LIFE = ['ClientRegistered', 'ClientUpdated', 'ClientSuspended', 'ClientReinstated', 'ClientDeleted'];

/** A log in which each of the named clients takes one more step of its life, in this order. */
async function lived(clients: readonly string[]) {
  const log = memoryEventLog();
  const versions = new Map<string, number>();
  for (const client of clients) {
    const version = versions.get(client) ?? 0;
    await log.append(lifeEvent(`client-${client}`, version, LIFE[version] ?? 'ClientUpdated'));
    versions.set(client, version + 1);
  }
  return { log, stored: await log.readAll({ after: 0, limit: clients.length || 1 }) };
}

/** These events of the log as they lie on their partition: each names the one before it, wherever that is. */
function published(stored: readonly StoredEvent[], partition = 0, partitions = 1): PublishedEvent[] {
  const here = stored.filter(({ streamId }) => partitionOf(streamId, partitions) === partition);
  return placed(
    here.map((event, i) => ({ ...event, partition, previousPosition: here[i - 1]?.position ?? 0 })),
  );
}
const placed = (events: readonly Omit<PublishedEvent, 'offset'>[]): PublishedEvent[] =>
  events.map((event, offset) => ({ ...event, offset: String(offset) }));

function sourceOf(log: Awaited<ReturnType<typeof lived>>['log'], partitions = 1, maxOctets?: number) {
  const refused: string[] = [];
  const source = {
    folds: new StateFolds((streamId, page) => log.readStream(streamId, page)),
    readAll: (page: Parameters<typeof log.readAll>[0]) => log.readAll(page),
    partitions,
    source: SOURCE,
    notAClient: (sentence: string) => void refused.push(sentence),
    ...(maxOctets === undefined ? {} : { maxOctets }),
  };
  return { source, refused };
}

const allOf = (...from: Parameters<typeof stateBatches>) => Array.fromAsync(stateBatches(...from));
const said = (batches: readonly StateBatch[]) =>
  batches
    .flatMap(({ messages }) => messages)
    .map(({ key, value, headers }) => [
      key.replace('client-', ''),
      value === null ? null : (JSON.parse(value) as { status: string }).status,
      Number(headers.eventsoffset),
      Number(headers.position),
    ]);

describe('stateBatches', () => {
  test('design §7 · one batch has the last state of each client, in the order of its last event', async () => {
    const { log, stored } = await lived(['a', 'b', 'a', 'c', 'a']);
    const { source } = sourceOf(log);
    const batches = await allOf(0, published(stored), NO_PROGRESS, source);
    expect(said(batches)).toEqual([
      ['b', 'active', 1, 2],
      ['c', 'active', 3, 4],
      ['a', 'suspended', 4, 5],
    ]);
    expect(batches).toMatchObject([
      { events: 5, repeats: 0, repaired: 0, progress: { position: 5, offset: 4 } },
    ]);
  });

  test('design §7 · a deleted client is said once more, then a tombstone at the same place', async () => {
    const { log, stored } = await lived(['a', 'a', 'a', 'a', 'a']);
    const batches = await allOf(0, published(stored), NO_PROGRESS, sourceOf(log).source);
    expect(said(batches)).toEqual([
      ['a', 'deleted', 4, 5],
      ['a', null, 4, 5],
    ]);
  });

  test('design §7 · repeats are passed over, wherever they stand; only their offset counts', async () => {
    const { log, stored } = await lived(['a', 'b', 'a']);
    const [first, second, third] = published(stored);
    if (!first || !second || !third) throw new Error('three events were published');
    const run = placed([first, second, first, second, third, first]);
    const batches = await allOf(0, run, NO_PROGRESS, sourceOf(log).source);
    expect(said(batches)).toEqual([
      ['b', 'active', 1, 2],
      ['a', 'active', 4, 3],
    ]);
    expect(batches).toMatchObject([{ events: 3, repeats: 3, progress: { position: 3, offset: 5 } }]);
    expect(await allOf(0, run.slice(0, 4), { position: 3, offset: 5 }, sourceOf(log).source)).toMatchObject([
      { messages: [], events: 0, repeats: 4, progress: { position: 3, offset: 5 } },
    ]);
  });

  test('design §7 · a gap is closed from the log, with the events of this partition only', async () => {
    const partitions = 2;
    const here = (client: string) => partitionOf(`client-${client}`, partitions) === 0;
    const names = 'abcdefghijkl'.split('');
    const [x = '', y = ''] = names.filter(here);
    const other = names.find((name) => !here(name)) ?? '';
    const { log, stored } = await lived([x, other, y, other, x]);
    const run = placed(published(stored, 0, partitions).filter(({ position }) => position !== 3));
    const batches = await allOf(0, run, NO_PROGRESS, sourceOf(log, partitions).source);
    expect(said(batches)).toEqual([
      // It has no offset: what stands at the next one is not taken in with it.
      [y, 'active', 0, 3],
      [x, 'active', 1, 5],
    ]);
    expect(batches).toMatchObject([{ events: 3, repaired: 1, progress: { position: 5, offset: 1 } }]);
  });

  test('design §8 · a gap that the log has no events for is not passed over: it was restored', async () => {
    const { log, stored } = await lived(['a']);
    const late = placed(published(stored).map((event) => ({ ...event, position: 9, previousPosition: 8 })));
    await expect(allOf(0, late, NO_PROGRESS, sourceOf(log).source)).rejects.toThrow(LogEndsBefore);
  });

  test('design §7 · a stream that does not begin with a registration is told and passed over', async () => {
    const { log } = await lived(['a']);
    await log.append(lifeEvent('client-x', 0, 'ClientSuspended'));
    await log.append(command('statistics-1', 0));
    await log.append(lifeEvent('client-a', 1, 'ClientUpdated'));
    const stored = await log.readAll({ after: 0, limit: 10 });
    const { source, refused } = sourceOf(log);
    const batches = await allOf(0, published(stored), NO_PROGRESS, source);
    expect(said(batches)).toEqual([['a', 'active', 3, 4]]);
    expect(batches).toMatchObject([{ events: 4, progress: { position: 4, offset: 3 } }]);
    expect(refused).toEqual([
      'no state of client-x at position 2 is published: a stream of 1 events does not begin with a registration',
    ]);
  });

  test('design §7 · nothing is no batch', async () => {
    const { log } = await lived([]);
    expect(await allOf(0, [], NO_PROGRESS, sourceOf(log).source)).toEqual([]);
  });

  test('design §7 · a batch takes in 1,000 events at most', async () => {
    const { log, stored } = await lived(Array.from({ length: 1_500 }, (_, i) => `c${i % 700}`));
    const batches = await allOf(0, published(stored), NO_PROGRESS, sourceOf(log).source);
    expect(batches.map(({ events }) => events)).toEqual([1_000, 500]);
    expect(batches.map(({ messages }) => messages.length)).toEqual([700, 500]);
  });

  const story = fc.record({
    clients: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), {
      minLength: 1,
      maxLength: 60,
    }),
    /** What becomes of a record: it is missing, or comes again later. */
    fates: fc.array(fc.constantFrom('there', 'there', 'missing', 'repeated', 'all again'), { maxLength: 60 }),
    maxOctets: fc.integer({ min: 1, max: 6_000 }),
    /** After so many batches the publisher dies; the next one goes on from what is on the topic. */
    batchesBeforeDeath: fc.integer({ min: 1, max: 5 }),
  });

  test('design §8 · whatever is missing, repeated or interrupted, the topic ends as the fold of the log', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ clients, fates, maxOctets, batchesBeforeDeath }) => {
        const { log, stored } = await lived(clients);
        const whole = published(stored);
        // The last one is there: nothing tells of events that are missing at the end.
        const run = placed(
          whole.flatMap((event, i) => {
            const fate = i === whole.length - 1 ? 'there' : (fates[i] ?? 'there');
            if (fate === 'all again') return whole.slice(0, i + 1);
            return { there: [event], missing: [], repeated: [event, event] }[fate] ?? [event];
          }),
        );
        const topic: StateBatch['messages'] = [];
        let progress = NO_PROGRESS;
        for (let lives = 0; progress.position < stored.length; lives++) {
          if (lives > stored.length) throw new Error('it never ends');
          const { source } = sourceOf(log, 1, maxOctets);
          const rest = run.filter(({ offset }) => Number(offset) > progress.offset);
          let batches = 0;
          for await (const batch of stateBatches(0, rest, progress, source)) {
            if (batch.events > 1) {
              const octets = batch.messages.reduce((sum, message) => sum + octetsOf(message), 0);
              expect(octets).toBeLessThanOrEqual(maxOctets);
            }
            topic.push(...batch.messages);
            if (++batches === batchesBeforeDeath) break;
          }
          const last = topic.at(-1)?.headers;
          progress = { position: Number(last?.position), offset: Number(last?.eventsoffset) };
        }
        const offsets = topic.map(({ headers }) => Number(headers.eventsoffset));
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        for (const streamId of new Set(stored.map((event) => event.streamId))) {
          const events = stored.filter((event) => event.streamId === streamId);
          const state = fold(events.map(({ text }) => readEvent(text)));
          const { position = 0, streamVersion = 0 } = events.at(-1) ?? {};
          const mine = topic.filter(({ key }) => key === streamId);
          const versions = mine.map(({ headers }) => Number(headers.streamversion));
          expect(versions).toEqual([...versions].sort((a, b) => a - b));
          const due = stateMessages(state, { streamId, streamVersion, position, eventsOffset: 0 }, SOURCE);
          const lastOnes = mine.slice(-due.length);
          expect(lastOnes.map(({ value }) => value)).toEqual(due.map(({ value }) => value));
          expect(lastOnes.at(-1)?.headers.position).toBe(String(position));
        }
      }),
      { numRuns: 150 },
    );
  });
});
