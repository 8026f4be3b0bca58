import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  EventTooLarge,
  LogUnavailable,
  MAX_EVENT_OCTETS,
  MAX_STREAM_VERSIONS,
  StreamFull,
  VersionConflict,
  type Append,
  type EventLog,
} from '../src/index.js';
import { readWholeLog, textFor, uniqueStream } from './log-vocabulary.js';
import { interleavings, runInterleaving } from './interleaving.js';

/** A log to try: the same one through several handles, where the driver can have several (processes, connections). */
export type LogUnderTest = { handles: readonly [EventLog, ...EventLog[]]; dispose(): Promise<void> };

/**
 * What every driver of the event log must hold (design §4). Nothing here depends on there being one process: others
 * may append between any two steps, and an unclear answer (`LogUnavailable`, outcome `unknown`) is allowed wherever
 * the interleavings are tried.
 */
export function eventLogContract(driver: string, open: () => Promise<LogUnderTest>): void {
  describe(`event log contract · ${driver}`, () => {
    let under: LogUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.dispose());
    const one = (): EventLog => under.handles[0];
    const other = (): EventLog => under.handles.at(-1) ?? under.handles[0];
    test('§4 · several events of one command get consecutive versions and positions', async () => {
      const append = commit(uniqueStream(), 0, 3);
      const { streamVersion, position } = await one().append(append);
      expect(streamVersion).toBe(3);
      expect(await other().readStream(append.streamId)).toEqual(
        append.events.map((text, i) => ({
          position: position - 2 + i,
          streamId: append.streamId,
          streamVersion: 1 + i,
          text,
        })),
      );
    });

    test('§4 · an acknowledged append is seen by every handle at once', async () => {
      const append = commit(uniqueStream(), 0);
      const { position } = await one().append(append);
      expect(await other().head()).toBeGreaterThanOrEqual(position);
      const [event] = await other().readAll({ after: position - 1, limit: 1 });
      expect(event).toEqual({
        position,
        streamId: append.streamId,
        streamVersion: 1,
        text: append.events[0],
      });
    });

    test.each([
      ['a stale version', 1, 0],
      ['a version that the stream has not reached', 1, 3],
      ['a version of a stream that does not exist', 0, 1],
    ])('§4 · %s is a conflict, and nothing is written', async (_, length, expectedVersion) => {
      const streamId = uniqueStream();
      if (length > 0) await one().append(commit(streamId, 0, length));
      const late = commit(streamId, expectedVersion, 2);
      await expect(other().append(late)).rejects.toBeInstanceOf(VersionConflict);
      expect(await one().readStream(streamId)).toHaveLength(length);
    });

    test('§4 · the same append again is acknowledged where it was found, also after others', async () => {
      const append = commit(uniqueStream(), 0, 2);
      const first = await one().append(append);
      await other().append(commit(append.streamId, 2));
      expect(await other().append(append)).toEqual(first);
      expect(await one().readStream(append.streamId)).toHaveLength(3);
    });

    test('§4 · the same append many times at once gets in once', async () => {
      const append = commit(uniqueStream(), 0, 2);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? one() : other()).append(append)),
      );
      expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
      expect(await one().readStream(append.streamId)).toHaveLength(2);
    });

    test.each([
      ['fewer of its events', (events: readonly string[]) => events.slice(0, 1)],
      ['more events', (events: readonly string[]) => [...events, textFor('more', 3)]],
      ['another last event', (events: readonly string[]) => [...events.slice(0, 1), textFor('another', 2)]],
    ])('§4 · an append that repeats another with %s is a conflict', async (_, change) => {
      const append = commit(uniqueStream(), 0, 2);
      await one().append(append);
      const changed = { ...append, events: change(append.events), commitId: crypto.randomUUID() };
      await expect(other().append(changed)).rejects.toBeInstanceOf(VersionConflict);
      expect(await one().readStream(append.streamId)).toHaveLength(2);
    });

    test('§4 · of many commands that expect the same version one gets in, the others conflict', async () => {
      const streamId = uniqueStream();
      const answers = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? one() : other()).append(commit(streamId, 0))),
      );
      const refused = answers.filter((answer) => answer.status === 'rejected');
      expect(refused).toHaveLength(15);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(VersionConflict);
      expect(await one().readStream(streamId)).toHaveLength(1);
    });

    test('§4 · conflicts fail alone: their neighbours in the same moment get in', async () => {
      const taken = uniqueStream();
      await one().append(commit(taken, 0));
      const answers = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => one().append(commit(i % 2 === 0 ? taken : uniqueStream(), 0))),
      );
      expect(answers.map(({ status }) => status)).toEqual(
        answers.map((_, i) => (i % 2 === 0 ? 'rejected' : 'fulfilled')),
      );
    });

    test.each([
      ['empty object', '{}'],
      ['byte order mark in front', '\ufeff{}'],
      ['every script', '{"client_name#ja-Jpan":"クライアント名","x":"ü 🜚 \\u0000"}'],
      ['insignificant white space', '{ "a" :\t1 ,\n"b":[ ] }'],
      ['control characters in the text itself', 'a\u0000b\u0001c\u007f\ufeff\u2028'],
      ['largest event', `"${'é'.repeat(MAX_EVENT_OCTETS / 2 - 1)}"`],
    ])('§3 · the text is kept octet for octet: %s', async (_, text) => {
      const streamId = uniqueStream();
      await one().append({ streamId, expectedVersion: 0, events: [text], commitId: crypto.randomUUID() });
      const [event] = await other().readStream(streamId);
      expect(event?.text === text).toBe(true);
    });

    test.each([
      ['one octet too many', 'a'.repeat(MAX_EVENT_OCTETS + 1)],
      ['few characters of many octets', '語'.repeat(MAX_EVENT_OCTETS / 2)],
    ])('§4 · an event over 256 KiB is refused, its command with it: %s', async (_, text) => {
      const append = commit(uniqueStream(), 0);
      const large = { ...append, events: [...append.events, text] };
      await expect(one().append(large)).rejects.toBeInstanceOf(EventTooLarge);
      expect(await other().readStream(append.streamId)).toEqual([]);
    });

    test('§4 · a stream ends at 10,000 versions, and a command is not cut to fit', async () => {
      const streamId = uniqueStream();
      const step = 1_000;
      for (let version = 0; version < MAX_STREAM_VERSIONS - step; version += step) {
        await one().append(commit(streamId, version, step));
      }
      await one().append(commit(streamId, MAX_STREAM_VERSIONS - step, step - 1));
      await expect(other().append(commit(streamId, MAX_STREAM_VERSIONS - 1, 2))).rejects.toBeInstanceOf(
        StreamFull,
      );
      await one().append(commit(streamId, MAX_STREAM_VERSIONS - 1));
      await expect(other().append(commit(streamId, MAX_STREAM_VERSIONS))).rejects.toBeInstanceOf(StreamFull);
      const last = await one().readStream(streamId, { afterVersion: MAX_STREAM_VERSIONS - 1 });
      expect(last.map(({ streamVersion }) => streamVersion)).toEqual([MAX_STREAM_VERSIONS]);
    });

    test.each([
      ['no event', { events: [] }],
      ['a negative version', { expectedVersion: -1 }],
      ['half a version', { expectedVersion: 0.5 }],
    ])('§4 · an append that no caller may make is a RangeError: %s', async (_, wrong) => {
      await expect(one().append({ ...commit(uniqueStream(), 0), ...wrong })).rejects.toThrow(RangeError);
    });

    test('§4 · streams are told apart by their whole name', async () => {
      const id = uniqueStream().slice('client-'.length);
      const names = [`client-${id}`, id, `.${id}`, `client-client-${id}`, `iat-${id}`, `client-${id}=`];
      for (const [i, streamId] of names.entries()) {
        await one().append(commit(streamId, 0, i + 1));
      }
      for (const [i, streamId] of names.entries()) {
        const events = await other().readStream(streamId);
        expect(events.map((event) => event.streamId)).toEqual(Array.from({ length: i + 1 }, () => streamId));
      }
    });

    test('§4 · a stream is read in pages', async () => {
      const streamId = uniqueStream();
      await one().append(commit(streamId, 0, 5));
      const versions = async (page: { afterVersion?: number; limit?: number }): Promise<number[]> =>
        (await other().readStream(streamId, page)).map(({ streamVersion }) => streamVersion);
      expect(await versions({ limit: 2 })).toEqual([1, 2]);
      expect(await versions({ afterVersion: 2, limit: 2 })).toEqual([3, 4]);
      expect(await versions({ afterVersion: 4 })).toEqual([5]);
      expect(await versions({ afterVersion: 5 })).toEqual([]);
      expect(await other().readStream(uniqueStream())).toEqual([]);
    });

    test('§4 · waitAfter answers at once when the log is already there', async () => {
      const { position } = await one().append(commit(uniqueStream(), 0));
      const head = await other().waitAfter(position - 1, new AbortController().signal);
      expect(head).toBeGreaterThanOrEqual(position);
    });

    test('§4 · waitAfter wakes every handle for an append through any', async () => {
      const head = await one().head();
      const never = new AbortController().signal;
      const waiting = under.handles.flatMap((log) => [
        log.waitAfter(head, never),
        log.waitAfter(head, never),
      ]);
      const { position } = await other().append(commit(uniqueStream(), 0));
      for (const woken of await Promise.all(waiting)) expect(woken).toBeGreaterThanOrEqual(position);
    });

    test('§4 · waitAfter ends with the reason of its signal', async () => {
      const far = (await one().head()) + 1_000_000;
      const before = new AbortController();
      before.abort(new Error('enough before'));
      await expect(one().waitAfter(far, before.signal)).rejects.toThrow('enough before');
      const during = new AbortController();
      const waiting = one().waitAfter(far, during.signal);
      during.abort(new Error('enough during'));
      await expect(waiting).rejects.toThrow('enough during');
    });

    test('§4 · appends, repeats and stale commands in any interleaving leave a dense, exact log', async () => {
      await fc.assert(
        fc.asyncProperty(interleavings, async (lanes) => {
          await runInterleaving(under.handles, lanes);
        }),
        { numRuns: 25 },
      );
    });

    test('§4 · readAll gives the same log in pages of any size, and positions from 1 without a gap', async () => {
      const whole = await readWholeLog(one(), 1_000);
      expect(whole.map(({ position }) => position)).toEqual(whole.map((_, i) => i + 1));
      for (const limit of [7, 333]) expect(await readWholeLog(other(), limit)).toEqual(whole);
      const head = await one().head();
      expect(await one().readAll({ after: head, limit: 10 })).toEqual([]);
    });
  });

  test(`event log contract · ${driver} · a closed log says so`, async () => {
    const under = await open();
    const [log] = under.handles;
    const never = new AbortController().signal;
    const waiting = log.waitAfter(1_000_000, never).catch((error: unknown) => error);
    const append = { streamId: uniqueStream(), expectedVersion: 0, events: ['{}'], commitId: 'last' };
    const last = log.append(append);
    await log.close();
    expect(await last).toMatchObject({ streamVersion: 1 });
    expect(await waiting).toBeInstanceOf(LogUnavailable);
    await expect(log.append({ ...append, expectedVersion: 1 })).rejects.toMatchObject({
      name: 'LogUnavailable',
      reason: 'closed',
      outcome: 'not written',
    });
    await under.dispose();
  });
}

const commit = (streamId: string, expectedVersion: number, count = 1): Append => ({
  streamId,
  expectedVersion,
  events: Array.from({ length: count }, (_, i) => textFor(streamId, expectedVersion + 1 + i)),
  commitId: crypto.randomUUID(),
});
