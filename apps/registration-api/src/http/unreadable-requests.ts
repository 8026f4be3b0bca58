import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { asRefusal, errorAnswer } from './error-answer.js';

/**
 * What the HTTP parser could not read never becomes a request, so its refusal is written to the socket: after the
 * answers to the requests that came whole before it, which would otherwise be lost (RFC 9112 §9.3.2).
 */
export class UnreadableRequests {
  readonly #owed = new WeakMap<Socket, Set<ServerResponse>>();
  readonly #headers: Readonly<Record<string, string>>;

  /** @param headers of every answer */
  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
  }

  /** Listens to the answers that `server` owes from now on. */
  watch(server: Server): void {
    server.on('request', ({ socket }, response) => {
      const owed = this.#owed.get(socket) ?? new Set();
      this.#owed.set(socket, owed.add(response));
      response.once('close', () => owed.delete(response));
    });
  }

  refuse(error: Error & { code?: string }, socket: Socket): void {
    const first = [...(this.#owed.get(socket) ?? [])].filter(({ req }) => req.complete).at(-1);
    if (first === undefined) this.#answer(error, socket);
    else first.once('close', () => this.#answer(error, socket));
  }

  #answer({ code }: { code?: string }, socket: Socket): void {
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const status = (code !== undefined && STATUS_OF[code]) || 400;
    const body = JSON.stringify(errorAnswer(asRefusal({ statusCode: status }, '')).body);
    const headers = Object.entries({
      ...this.#headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    });
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`);
  }
}

/** Of the parser's error codes, those with a status of their own. */
const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
