import type { EventLogReader, StoredEvent } from '@rollbook/event-log';

/** Work that one page may cost: events looked at, and octets of text answered. The rest is on the next page. */
export const PAGE_BOUNDS = { examinedEvents: 5_000, answeredChars: 4 * 1024 * 1024 };
/** Events per read: what a page holds in memory beside its answer. */
export const READ_BATCH = 250;

export type EventPage = {
  /** Stored events with their position in front, as JSON texts. */
  items: string[];
  /** The cursor of the next page; null when everything up to `to` was looked at. */
  next: number | null;
};

/** Gives events in position order, those after `after`; an empty list when there are no more. */
export type ReadAfter = (after: number) => Promise<readonly StoredEvent[]>;

/**
 * One page of events. A page looks at a bounded number of events, so `next` may come with fewer items than `limit`,
 * even with none.
 *
 * @param input `after` and `to` are positions: the page begins behind the one and ends with the other
 */
export async function eventPage(input: {
  read: ReadAfter;
  matches: (event: StoredEvent) => boolean;
  after: number;
  to: number;
  limit: number;
  bounds?: typeof PAGE_BOUNDS;
}): Promise<EventPage> {
  const { read, matches, to, limit, bounds = PAGE_BOUNDS } = input;
  const items: string[] = [];
  let cursor = input.after;
  let examined = 0;
  let chars = 0;
  for (;;) {
    const events = cursor >= to ? [] : await read(cursor);
    if (events.length === 0) return { items, next: null };
    for (const event of events) {
      if (event.position > to) return { items, next: null };
      const full =
        items.length === limit || chars >= bounds.answeredChars || examined === bounds.examinedEvents;
      if (full) return { items, next: cursor };
      cursor = event.position;
      examined += 1;
      if (matches(event)) {
        items.push(withPosition(event));
        chars += event.text.length;
      }
    }
  }
}

/** The stored octets with the position spliced in as first member: they are never serialised again. */
export const withPosition = ({ position, text }: StoredEvent): string =>
  `{"position":${position},${text.slice(1)}`;

/** Reads of the whole log. */
export const readLog =
  (log: EventLogReader): ReadAfter =>
  (after) =>
    log.readAll({ after, limit: READ_BATCH });

/** Reads of one stream. A position is not a stream's version, so versions are walked, and dropped up to the position. */
export function readStreamOnly(log: EventLogReader, streamId: string): ReadAfter {
  let version = 0;
  return async (after) => {
    for (;;) {
      const events = await log.readStream(streamId, { afterVersion: version, limit: READ_BATCH });
      const last = events.at(-1);
      if (last === undefined) return [];
      version = last.streamVersion;
      const wanted = events.filter((event) => event.position > after);
      if (wanted.length > 0) return wanted;
    }
  };
}
