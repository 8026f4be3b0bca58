import { Readable } from 'node:stream';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { RegistrationError } from '@rollbook/protocol';

/** Answers of lines, each a JSON text. */
export const NDJSON = 'application/x-ndjson; charset=utf-8';

/** Exports, event streams and replays at one time. Each holds a connection and one batch of events. */
export const MAX_OPEN_STREAMS = 64;
/** A reader that takes nothing for this long is gone; every healthy stream says something four times as often. */
const STALLED_MS = 60_000;
/** How long a reader may take what is under way when the service stops; a graceful stop has 10 s in all. */
const LAST_PIECES_MS = 2_000;
/** What a stream may run ahead of its reader, in octets. */
const BUFFERED_BYTES = 64 * 1024;

/** What of Fastify's reply a stream needs. */
export type StreamReply = {
  header(name: string, value: string): StreamReply;
  send(payload: string | Readable): unknown;
  raw: {
    readonly destroyed: boolean;
    destroy(): unknown;
    once(event: 'close', listener: () => void): unknown;
    setTimeout(milliseconds: number, stalled: () => void): unknown;
  };
};

/** Answers without an end of their own: bounded in number, ended by the reader's leaving and by the stop of the service. */
@Injectable()
export class OpenStreams implements BeforeApplicationShutdown {
  readonly #open = new Map<AbortController, StreamReply>();
  #stopping = false;

  constructor(private readonly limit: number = MAX_OPEN_STREAMS) {}

  get count(): number {
    return this.#open.size;
  }

  /**
   * Answers with what `produce` gives, piece by piece, no faster than the reader takes it, and returns when the answer
   * has ended. A failure of `produce` cuts the connection: the reader sees an answer that is not whole.
   *
   * @throws RegistrationError `unavailable` when there are too many streams, or the service is stopping
   */
  async send(
    request: { readonly method: string },
    reply: StreamReply,
    contentType: string,
    produce: (signal: AbortSignal) => AsyncIterable<string | Buffer>,
  ): Promise<void> {
    if (this.#stopping || this.#open.size >= this.limit) {
      throw new RegistrationError('unavailable', 'too many streams are open; try again later', {
        retryAfterSeconds: 5,
      });
    }
    void reply.header('content-type', contentType).header('cache-control', 'no-store');
    // Proxies must pass each piece on at once.
    void reply.header('x-accel-buffering', 'no');
    if (request.method === 'HEAD') {
      void reply.send('');
      return;
    }
    // A reader that left while we looked things up: its `close` has been, and will not come again.
    if (reply.raw.destroyed) return;
    const controller = new AbortController();
    this.#open.set(controller, reply);
    const closed = new Promise<void>((resolve) => void reply.raw.once('close', resolve));
    reply.raw.setTimeout(STALLED_MS, () => reply.raw.destroy());
    const pieces = produce(controller.signal);
    void reply.send(Readable.from(pieces, { objectMode: false, highWaterMark: BUFFERED_BYTES }));
    await closed;
    controller.abort();
    this.#open.delete(controller);
  }

  /** Nest calls it before it closes the server, which waits for open answers. */
  beforeApplicationShutdown(): void {
    this.#stopping = true;
    for (const [controller, reply] of this.#open) {
      controller.abort();
      setTimeout(() => reply.raw.destroy(), LAST_PIECES_MS).unref();
    }
  }
}
