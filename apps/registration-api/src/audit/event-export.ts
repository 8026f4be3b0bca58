import { createHash } from 'node:crypto';
import type { EventLogReader } from '@rollbook/event-log';
import { READ_BATCH } from './event-page.js';

/**
 * The events of positions `from` to `to`, both included, as NDJSON: each line is the exact stored text. The last line
 * `{"export":{"from","to","count","sha256"}}` says what came before it (`sha256`: hex, over all octets of the lines
 * above); an export without it was cut short. Memory holds one batch, whatever the size.
 *
 * @param range `to` is not beyond the head, so that the export ends however fast the log grows
 */
export async function* exportLines(
  log: EventLogReader,
  range: { from: number; to: number },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let count = 0;
  let position = range.from - 1;
  while (position < range.to) {
    signal.throwIfAborted();
    const events = await log.readAll({ after: position, limit: Math.min(READ_BATCH, range.to - position) });
    if (events.length === 0) throw new Error(`the log ends at position ${position}, before ${range.to}`);
    const lines = Buffer.from(events.map((event) => `${event.text}\n`).join(''), 'utf8');
    hash.update(lines);
    count += events.length;
    position = events.at(-1)?.position ?? range.to;
    yield lines;
  }
  const last = { export: { from: range.from, to: range.to, count, sha256: hash.digest('hex') } };
  yield Buffer.from(`${JSON.stringify(last)}\n`, 'utf8');
}
