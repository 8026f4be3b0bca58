import net from 'node:net';

/** One answer as it came over the wire. Header names are lower-cased, in order, repeated ones kept. */
export type RawAnswer = { status: number; headers: [name: string, value: string][]; body: string };

/** What happens on one connection: text and octets are sent, a number waits so many milliseconds, `HALF_CLOSE`. */
export const HALF_CLOSE = Symbol('half-close');
export type Step = string | Buffer | number | typeof HALF_CLOSE;

const GIVE_UP_MS = 15_000;

/**
 * Sends octets exactly as given and reads until `answers` answers have come, or the service closes the connection.
 *
 * @param options.untilClosed reads on until the service closes
 * @returns every answer in order, whether the service has closed, and what came behind the last answer
 */
export async function exchange(
  service: { url: string },
  steps: readonly Step[],
  {
    answers = 1,
    isHead = false,
    untilClosed = false,
  }: { answers?: number; isHead?: boolean; untilClosed?: boolean } = {},
): Promise<{ answers: RawAnswer[]; closed: boolean; rest: string }> {
  const { port } = new URL(service.url);
  const socket = net.connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  let received = Buffer.alloc(0);
  let closed = false;
  const done = new Promise<void>((resolve) => {
    const check = () => {
      if (!untilClosed && parse(received, isHead).answers.length >= answers) resolve();
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      check();
    });
    socket.on('end', () => ((closed = true), resolve()));
    socket.on('error', () => ((closed = true), resolve()));
    setTimeout(resolve, GIVE_UP_MS).unref();
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  for (const step of steps) {
    if (closed) break;
    if (typeof step === 'number') await new Promise((resolve) => setTimeout(resolve, step));
    else if (step === HALF_CLOSE) socket.end();
    else socket.write(step);
  }
  await done;
  socket.destroy();
  return { ...parse(received, isHead), closed };
}

function parse(octets: Buffer, isHead: boolean): { answers: RawAnswer[]; rest: string } {
  const answers: RawAnswer[] = [];
  let text = octets.toString('latin1');
  for (;;) {
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) break;
    const [first = '', ...lines] = text.slice(0, end).split('\r\n');
    const status = Number(first.split(' ')[1]);
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const bodiless = isHead || status === 204 || status === 304 || status < 200;
    const length = bodiless ? 0 : Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
    if (text.length < end + 4 + length) break;
    const body = Buffer.from(text.slice(end + 4, end + 4 + length), 'latin1').toString('utf8');
    text = text.slice(end + 4 + length);
    if (status >= 200) answers.push({ status, headers, body });
  }
  return { answers, rest: text };
}

export const headerOf = (answer: RawAnswer | undefined, name: string) =>
  answer?.headers.find(([one]) => one === name)?.[1];

/** A request in full; `Content-Length` is added unless the headers speak of a length. */
export function request(
  line: string,
  headers: readonly string[] = ['Host: localhost'],
  body: string | Buffer = '',
): Buffer {
  const octets = Buffer.from(body);
  const sized = headers.some((header) => /^(content-length|transfer-encoding):/i.test(header));
  const length = sized || octets.length === 0 ? [] : [`Content-Length: ${octets.length}`];
  return Buffer.concat([Buffer.from([line, ...headers, ...length, '', ''].join('\r\n'), 'latin1'), octets]);
}

/** RFC 9112 §7.1: a body in chunks of at most `size` octets. */
export function chunked(body: string | Buffer, size = 16_384): Buffer {
  const octets = Buffer.from(body);
  const parts: Buffer[] = [];
  for (let at = 0; at < octets.length; at += size) {
    const chunk = octets.subarray(at, at + size);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
