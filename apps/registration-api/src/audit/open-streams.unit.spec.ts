import { PassThrough, type Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { OpenStreams, type StreamReply } from './open-streams.js';

/** A reader of a reply: reads when told to. */
function reader() {
  const raw = Object.assign(new PassThrough({ highWaterMark: 1_024 }), { setTimeout: () => undefined });
  const headers: Record<string, string> = {};
  const reply: StreamReply = {
    header: (name, value) => {
      headers[name] = value;
      return reply;
    },
    send: (payload: string | Readable) =>
      typeof payload === 'string' ? raw.end(payload) : payload.pipe(raw),
    raw,
  };
  return { raw, reply, headers };
}
const GET = { method: 'GET' };
const settle = async () => {
  for (let i = 0; i < 50; i += 1) await turn();
};
async function* pieces(count: number, size: number, produced: { count: number }) {
  for (let i = 0; i < count; i += 1) {
    produced.count += 1;
    yield Buffer.alloc(size, 'x');
    await turn();
  }
}
const endless = (seen: { signal?: AbortSignal }) =>
  async function* (signal: AbortSignal) {
    seen.signal = signal;
    yield 'first';
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  };

describe('streams · answers of any size', () => {
  test('go no faster than they are read, and are whole in the end', async () => {
    const { raw, reply, headers } = reader();
    const produced = { count: 0 };
    const streams = new OpenStreams();
    const sent = streams.send(GET, reply, 'text/x', () => pieces(200, 16_384, produced));
    await settle();
    // 64 KiB ahead of the reader, and what the pipe holds.
    expect(produced.count).toBeLessThan(10);
    expect(headers).toMatchObject({ 'content-type': 'text/x', 'cache-control': 'no-store' });
    expect(streams.count).toBe(1);
    let octets = 0;
    for await (const chunk of raw) octets += (chunk as Buffer).length;
    expect([octets, produced.count]).toEqual([200 * 16_384, 200]);
    await sent;
    expect(streams.count).toBe(0);
  });

  test('a reader who leaves ends them', async () => {
    const { raw, reply } = reader();
    const seen: { signal?: AbortSignal } = {};
    const streams = new OpenStreams();
    const sent = streams.send(GET, reply, 'text/x', endless(seen));
    await settle();
    raw.destroy();
    await sent;
    expect([seen.signal?.aborted, streams.count]).toEqual([true, 0]);
  });

  test('a reader who left before costs nothing', async () => {
    const { raw, reply } = reader();
    raw.destroy();
    const streams = new OpenStreams();
    await streams.send(GET, reply, 'text/x', () => {
      throw new Error('nothing is to be produced');
    });
    expect(streams.count).toBe(0);
  });

  test('the stop of the service ends them, and admits no more', async () => {
    const { raw, reply } = reader();
    const streams = new OpenStreams();
    const sent = streams.send(GET, reply, 'text/x', endless({}));
    await settle();
    streams.beforeApplicationShutdown();
    expect((await raw.toArray()).map(String)).toEqual(['first']);
    await sent;
    await expect(streams.send(GET, reader().reply, 'text/x', endless({}))).rejects.toMatchObject({
      refusal: 'unavailable',
    });
  });

  test('are bounded in number', async () => {
    const streams = new OpenStreams(2);
    const readers = [reader(), reader(), reader()];
    const sent = readers.slice(0, 2).map(({ reply }) => streams.send(GET, reply, 'text/x', endless({})));
    await expect(
      streams.send(GET, readers[2]?.reply ?? reader().reply, 'text/x', endless({})),
    ).rejects.toMatchObject({
      refusal: 'unavailable',
      retryAfterSeconds: 5,
    });
    for (const { raw } of readers) raw.destroy();
    await Promise.all(sent);
    expect(streams.count).toBe(0);
  });

  test('HEAD has the headers and produces nothing', async () => {
    const { raw, reply, headers } = reader();
    await new OpenStreams().send({ method: 'HEAD' }, reply, 'text/x', () => {
      throw new Error('nothing is to be produced');
    });
    expect([headers['content-type'], await raw.toArray()]).toEqual(['text/x', []]);
  });
});
