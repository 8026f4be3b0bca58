import { memoryEventLog } from '@rollbook/event-log';
import { frame, serverSentEvents } from './event-stream.js';

const text = (n: number) =>
  JSON.stringify({ eventId: `e${n}`, type: 'ClientRegistered', note: 'line\nbreak\u2028' });
const append = (log: ReturnType<typeof memoryEventLog>, n: number) =>
  log.append({ streamId: `client-${n}`, expectedVersion: 0, events: [text(n)], commitId: `c${n}` });

describe('WHATWG HTML §9.2 · server-sent events', () => {
  test('a frame is the position, the type and the stored octets in one data line', () => {
    const event = { position: 9, streamId: 's', streamVersion: 1, text: text(1) };
    expect(frame(event)).toBe(`id: 9\nevent: ClientRegistered\ndata: ${text(1)}\n\n`);
    expect(frame(event).match(/[\r\n]/g)).toHaveLength(4);
  });

  test('says something at once, then the past, then what comes, and ends quietly', async () => {
    const log = memoryEventLog();
    for (const n of [1, 2, 3]) await append(log, n);
    const controller = new AbortController();
    const frames = serverSentEvents({ log, after: 1, signal: controller.signal });
    expect((await frames.next()).value).toBe('retry: 2000\n: after 1\n\n');
    expect((await frames.next()).value).toBe(
      [2, 3].map((n) => `id: ${n}\nevent: ClientRegistered\ndata: ${text(n)}\n\n`).join(''),
    );
    const waiting = frames.next();
    await append(log, 4);
    expect((await waiting).value).toBe(`id: 4\nevent: ClientRegistered\ndata: ${text(4)}\n\n`);
    const ending = frames.next();
    controller.abort();
    expect(await ending).toEqual({ value: undefined, done: true });
  });

  test('a silence has heartbeats, and an event behind them still arrives', async () => {
    const log = memoryEventLog();
    const controller = new AbortController();
    const frames = serverSentEvents({ log, after: 0, signal: controller.signal, heartbeatMs: 5 });
    await frames.next();
    expect((await frames.next()).value).toBe(':\n\n');
    expect((await frames.next()).value).toBe(':\n\n');
    await append(log, 1);
    let next = (await frames.next()).value as string;
    while (next === ':\n\n') next = (await frames.next()).value as string;
    expect(next).toMatch(/^id: 1\n/);
    controller.abort();
    expect((await frames.next()).done).toBe(true);
  });

  test('a failure of the log is not a silence', async () => {
    const frames = serverSentEvents({
      log: { readAll: async () => [], waitAfter: () => Promise.reject(new Error('closed')) },
      after: 0,
      signal: new AbortController().signal,
    });
    await frames.next();
    await expect(frames.next()).rejects.toThrow('closed');
  });
});
