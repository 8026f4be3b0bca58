import type { Append } from './event-log.js';
import { EventTooLarge, StreamFull } from './refusals.js';

/** Largest event, in octets of UTF-8 (design §4). */
export const MAX_EVENT_OCTETS = 256 * 1024;
/** Largest command, in octets of UTF-8 of its events together: any driver can write it in one piece. */
export const MAX_COMMAND_OCTETS = 4 * 1024 * 1024;
/** Longest stream, in versions (design §4). */
export const MAX_STREAM_VERSIONS = 10_000;
/** No UTF-16 unit takes more octets in UTF-8, so a text this many times shorter than the limit needs no count. */
const MAX_OCTETS_PER_UNIT = 3;

/**
 * The bounds that every driver holds, checked before anything is tried.
 *
 * @throws StreamFull, EventTooLarge; RangeError for an append that no caller may make
 */
export function admitAppend({ streamId, expectedVersion, events }: Append): void {
  if (events.length === 0) throw new RangeError('an append has at least one event');
  if (!Number.isSafeInteger(expectedVersion) || expectedVersion < 0) {
    throw new RangeError('an expected version is a whole number from 0');
  }
  if (expectedVersion + events.length > MAX_STREAM_VERSIONS) {
    throw new StreamFull(streamId, MAX_STREAM_VERSIONS);
  }
  let units = 0;
  for (const text of events) {
    units += text.length;
    if (text.length * MAX_OCTETS_PER_UNIT <= MAX_EVENT_OCTETS) continue;
    const octets = Buffer.byteLength(text);
    if (octets > MAX_EVENT_OCTETS) throw new EventTooLarge(octets, MAX_EVENT_OCTETS);
  }
  if (units * MAX_OCTETS_PER_UNIT <= MAX_COMMAND_OCTETS) return;
  const octets = events.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (octets > MAX_COMMAND_OCTETS) {
    throw new EventTooLarge(octets, MAX_COMMAND_OCTETS, 'the events of one command are');
  }
}
