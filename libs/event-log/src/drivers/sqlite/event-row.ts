import { crc32 } from 'node:zlib';
import type { StreamIndex } from './stream-index.js';
import { streamIdOf } from './stream-key.js';

/** A row of `events`, as it is checked. */
export type EventRow = {
  position: number;
  stream: string;
  version: number;
  rest: number;
  crc: number;
  text: string;
};

/** The checksum kept beside a text: CRC-32 of its UTF-8 octets. It finds damage, not tampering. */
export const checksumOf = (text: string): number => crc32(text);

/**
 * What is wrong with a row, in a clause, or null.
 *
 * @param previous the row before it in the log; null at the beginning; left out where it is not known
 */
export function faultOf(row: EventRow, previous?: EventRow | null): string | null {
  if (previous !== undefined) {
    if (row.position !== (previous?.position ?? 0) + 1) return 'the position before it is missing';
    if (previous !== null && previous.rest > 0 && !continues(row, previous)) {
      return 'it cuts short the command before it';
    }
  }
  if (row.crc !== checksumOf(row.text)) return 'its text is not the one that was written';
  let event: unknown;
  try {
    event = JSON.parse(row.text);
  } catch {
    return 'its text is not JSON';
  }
  const named = typeof event === 'object' && event !== null ? event : {};
  if (!('streamId' in named) || named.streamId !== streamIdOf(row.stream))
    return 'its text names another stream';
  if (!('streamVersion' in named) || named.streamVersion !== row.version)
    return 'its text names another version';
  return null;
}

const continues = (row: EventRow, previous: EventRow): boolean =>
  row.stream === previous.stream && row.version === previous.version + 1 && row.rest === previous.rest - 1;

/** What is wrong with the way from the stream to a row, and to the version before it; or null. */
export function placeFaultOf({ stream, version, position }: EventRow, index: StreamIndex): string | null {
  const before = Math.max(0, version - 2);
  const places = index.positionsOf(stream, before, version - before);
  if (!places.includes(position)) return 'the index of streams does not lead to it';
  if (places.length < version - before) return 'its stream lacks the version before it';
  return places.at(-1) === position ? null : 'the version before it comes after it';
}
