import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { memoryEventLog, type StoredEvent } from '@rollbook/event-log';
import { LogGap } from './batches.js';
import { type EventRecord, UnreadableEvent } from './event-record.js';
import type { EventSender, SentPartition } from './event-sender.js';
import { eventSession, type FollowedLog, LogShorter } from './event-session.js';
import { type Checkpoint, type CheckpointStore, nothingPublished } from './published-positions.js';
import { Figures } from './publisher-loop.js';

const PARTITIONS = 3;

/** What a send does: the records land on partitions that say yes, and the answer names those that it names. */
type Fate = {
  /** Partitions that the records do not reach. */
  lost?: readonly number[];
  /** Partitions that the answer leaves out, or names with an error. */
  unnamed?: readonly number[];
  refused?: readonly number[];
  /** There is no answer at all, although records may have landed. */
  silent?: boolean;
};

/** Kafka as far as a publisher sees it: partitions that only grow. */
function stubKafka(fates: readonly Fate[]) {
  const partitions: EventRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  let sends = 0;
  const open = (): EventSender => {
    let broken = false;
    return {
      async send(records) {
        if (broken) throw new Error('a sender was used after a failure');
        const { lost = [], unnamed = [], refused = [], silent = false } = fates[sends++] ?? {};
        const answer: SentPartition[] = [];
        for (const partition of new Set(records.map((record) => record.partition))) {
          const lane = partitions[partition] ?? [];
          const baseOffset = String(lane.length);
          if (!lost.includes(partition))
            lane.push(...records.filter((record) => record.partition === partition));
          const errorCode = refused.includes(partition) ? 6 : 0;
          if (!unnamed.includes(partition)) answer.push({ partition, errorCode, baseOffset });
        }
        broken = silent || lost.length > 0 || unnamed.length > 0 || refused.length > 0;
        if (silent) throw new Error('no answer');
        return answer;
      },
      close: async () => undefined,
    };
  };
  return { partitions, open, sends: () => sends };
}

function memoryStore(): CheckpointStore & { stored: Checkpoint } {
  const store = {
    stored: { ...nothingPublished(PARTITIONS), offsets: [null, null, null] } as Checkpoint,
    read: async () => store.stored,
    replace: async (checkpoint: Checkpoint) => void (store.stored = checkpoint),
    advance: async (checkpoint: Checkpoint) => {
      if (checkpoint.position >= store.stored.position) store.stored = checkpoint;
    },
  };
  return store;
}

const textOf = (streamId: string, position: number) =>
  JSON.stringify({
    eventId: `e${position}`,
    type: 'ClientUpdated',
    schemaVersion: 1,
    streamId,
    recordedAt: '2026-11-24T03:00:00.000Z',
  });

async function logWith(streams: readonly string[]): Promise<FollowedLog & { events: StoredEvent[] }> {
  const log = memoryEventLog();
  const versions = new Map<string, number>();
  for (const [i, streamId] of streams.entries()) {
    const expectedVersion = versions.get(streamId) ?? 0;
    await log.append({ streamId, expectedVersion, events: [textOf(streamId, i + 1)], commitId: `${i}` });
    versions.set(streamId, expectedVersion + 1);
  }
  const events = await log.readAll({ after: 0, limit: streams.length || 1 });
  return {
    readAll: (page) => log.readAll(page),
    head: () => log.head(),
    waitAfter: (position, signal) => log.waitAfter(position, signal),
    events,
  };
}

const sessionOf = (
  log: FollowedLog,
  store: CheckpointStore,
  from: Checkpoint,
  sender: EventSender,
  figures = new Figures(),
) =>
  eventSession({
    log,
    sender,
    from,
    store,
    source: 'https://rollbook.example',
    figures,
    on: {},
    notStored: (error) => {
      throw error;
    },
  });

/** Publishes until the head, session after session, as the loop does. */
async function publishAll(log: FollowedLog, kafka: ReturnType<typeof stubKafka>, store: CheckpointStore) {
  const head = await log.head();
  const figures = new Figures();
  for (let tries = 0; (await store.read()).position < head; tries++) {
    if (tries > 50) throw new Error('never published');
    const session = sessionOf(log, store, await store.read(), kafka.open(), figures);
    try {
      while (figures.position < head) await session.step(new AbortController().signal);
    } catch (error) {
      expect(error).not.toEqual(new Error('a sender was used after a failure'));
    }
    await session.close();
  }
  return figures;
}

/** The log as it was when it reached so far. */
const upTo =
  (log: FollowedLog, head: number): FollowedLog['readAll'] =>
  async (page) =>
    (await log.readAll(page)).filter(({ position }) => position <= head);

const firstOccurrences = (records: readonly EventRecord[]) => {
  let highest = 0;
  return records.filter(({ position }) => {
    const first = position > highest;
    highest = Math.max(highest, position);
    return first;
  });
};

describe('event session', () => {
  const partitionList = fc.uniqueArray(fc.nat(PARTITIONS - 1), { maxLength: PARTITIONS });
  const fate = fc.oneof(
    fc.constant<Fate>({}),
    fc.record({ lost: partitionList, silent: fc.constant(true) }),
    // what is not named did not arrive, or did: both have been seen
    partitionList.map((unnamed): Fate => ({ unnamed, lost: unnamed })),
    partitionList.map((unnamed): Fate => ({ unnamed })),
    partitionList.map((refused): Fate => ({ refused, lost: refused })),
  );

  test('design §7 · whatever sends do, first occurrences on a partition are its events in order, none missing', async () => {
    const cases = fc.record({
      streams: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 250 }),
      fates: fc.array(fate, { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ streams, fates }) => {
        const log = await logWith(streams);
        const kafka = stubKafka(fates);
        await publishAll(log, kafka, memoryStore());
        const chains = new Map<number, number>();
        const published = kafka.partitions.map(firstOccurrences);
        expect(published.flat().length).toBe(log.events.length);
        published.forEach((records, partition) => {
          for (const { position, headers } of records) {
            expect(headers.ce_prevposition).toBe(String(chains.get(partition) ?? 0));
            chains.set(partition, position);
          }
        });
        // a repeat is the same record as the first
        for (const records of kafka.partitions) {
          const seen = new Map(firstOccurrences(records).map((record) => [record.position, record]));
          for (const record of records) expect(record).toEqual(seen.get(record.position));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('design §7 · an answer that leaves out a partition does not count: all of it is sent again', async () => {
    const log = await logWith(['a', 'b', 'c', 'd', 'e', 'f']);
    const kafka = stubKafka([{ unnamed: [1], lost: [1] }]);
    const store = memoryStore();
    const session = sessionOf(log, store, store.stored, kafka.open());
    await expect(session.step(new AbortController().signal)).rejects.toThrow(
      "Kafka's answer does not name every partition that was sent: 1 missing",
    );
    await session.close();
    expect(store.stored.position).toBe(0);
    const figures = await publishAll(log, kafka, store);
    expect(figures).toMatchObject({ position: 6, head: 6, batches: 1, events: 6, resends: 0 });
    expect(kafka.partitions.map((records) => firstOccurrences(records).length)).toEqual(
      kafka.partitions.map((records) => new Set(records.map(({ position }) => position)).size),
    );
  });

  test('design §8 · what Kafka lost while nothing was sent is published again, whatever was lost', async () => {
    const streams = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 60 });
    const cases = fc.record({
      before: streams,
      // every partition gets one of them, so every loss shows
      after: fc.constant(['a', 'b', 'c', 'd', 'e', 'f']),
      lost: fc.array(fc.nat(30), { minLength: PARTITIONS, maxLength: PARTITIONS }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ before, after, lost }) => {
        const whole = await logWith([...before, ...after]);
        const kafka = stubKafka([]);
        const store = memoryStore();
        const first = { ...whole, head: async () => before.length, readAll: upTo(whole, before.length) };
        await publishAll(first, kafka, store);
        kafka.partitions.forEach((records, i) =>
          records.splice(Math.max(0, records.length - (lost[i] ?? 0))),
        );
        await publishAll(whole, kafka, store);
        const published = kafka.partitions.flatMap((records) => records.map(({ position }) => position));
        expect(new Set(published).size).toBe(whole.events.length);
      }),
      { numRuns: 100 },
    );
  });

  test('design §8 · a send below a known record does not count, and says so', async () => {
    const log = await logWith(['a', 'a', 'a']);
    const kafka = stubKafka([]);
    const store = memoryStore();
    await publishAll({ ...log, head: async () => 2, readAll: upTo(log, 2) }, kafka, store);
    kafka.partitions.forEach((records) => records.splice(1));
    const session = sessionOf(log, store, store.stored, kafka.open());
    await expect(session.step(new AbortController().signal)).rejects.toThrow(
      /^Kafka lost records that it had acknowledged: 1 of partition \d; they are published again$/,
    );
    await session.close();
    expect(store.stored.position).toBe(1);
  });

  test('design §7 · what is there is published, also when nothing is to be waited for', async () => {
    const log = await logWith(['a', 'b']);
    const store = memoryStore();
    const session = sessionOf(log, store, store.stored, stubKafka([]).open());
    expect(await session.step(AbortSignal.abort())).toBe(2);
  });

  test('design §7 · the checkpoint says how far it is on each partition, and where', async () => {
    const log = await logWith(['a', 'b', 'a', 'c']);
    const kafka = stubKafka([]);
    const store = memoryStore();
    const session = sessionOf(log, store, store.stored, kafka.open());
    expect(await session.step(new AbortController().signal)).toBe(4);
    await session.close();
    expect(store.stored).toEqual({
      position: 4,
      partitions: kafka.partitions.map((records) => records.at(-1)?.position ?? 0),
      offsets: kafka.partitions.map((records) => (records.length === 0 ? null : records.length - 1)),
    });
  });

  test('design §7 · with nothing to publish it waits for the log, or for the signal', async () => {
    const log = await logWith([]);
    const store = memoryStore();
    const session = sessionOf(log, store, store.stored, stubKafka([]).open());
    const waking = new AbortController();
    const step = session.step(waking.signal);
    waking.abort();
    expect(await step).toBe(0);
    expect(await session.step(AbortSignal.abort())).toBe(0);
    const failing = { ...log, waitAfter: () => Promise.reject(new Error('no primary')) };
    const other = sessionOf(failing, store, store.stored, stubKafka([]).open());
    await expect(other.step(new AbortController().signal)).rejects.toThrow('no primary');
  });

  test.each<[string, (events: StoredEvent[]) => StoredEvent[], new (...args: never[]) => Error]>([
    ['a log that has lost its end', () => [], LogShorter],
    ['a gap in the log', (events) => events.filter(({ position }) => position !== 2), LogGap],
    [
      'a text that is no event',
      (events) => events.map((event) => ({ ...event, text: 'x' })),
      UnreadableEvent,
    ],
  ])('design §7 · nothing is sent after %s', async (_, change, refusal) => {
    const log = await logWith(['a', 'b', 'c']);
    const kafka = stubKafka([]);
    const store = memoryStore();
    const damaged = { ...log, readAll: async () => change(log.events) };
    const session = sessionOf(damaged, store, store.stored, kafka.open());
    await expect(session.step(new AbortController().signal)).rejects.toBeInstanceOf(refusal);
    expect(kafka.sends()).toBe(0);
  });
});
