import { inputRefused } from '../input/read-input.js';
import { instantMs, isInstant } from '../input/members.js';

/** A moment in a client's history: a position of the log, or a time. */
export type Moment = { position: number } | { timeMs: number };

/**
 * @param at decimal digits are a position, anything else an RFC 3339 time
 * @throws RegistrationError `invalid_request` for anything else
 */
export function parseMoment(at: string): Moment {
  if (/^(0|[1-9]\d{0,15})$/.test(at)) return { position: Number(at) };
  if (isInstant(at)) return { timeMs: instantMs(at) };
  throw inputRefused(
    'at',
    'moment',
    'at must be a position (a whole number) or an RFC 3339 time, such as 2026-01-31T00:00:00Z (a + of an offset is %2B in a query)',
  );
}

/**
 * The part of a stream that had happened at a moment: its longest prefix of positions up to the given one, or of
 * `recordedAt` not after the given time. Within a stream time never goes back, so the first later event ends it.
 */
export async function* upTo<T extends { position: number; recordedAt: string }>(
  events: AsyncIterable<T> | Iterable<T>,
  moment: Moment,
): AsyncGenerator<T> {
  for await (const event of events) {
    const isLater =
      'position' in moment ? event.position > moment.position : Date.parse(event.recordedAt) > moment.timeMs;
    if (isLater) return;
    yield event;
  }
}
