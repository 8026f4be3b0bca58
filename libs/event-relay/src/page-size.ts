import type { StoredEvent } from '@rollbook/event-log';

/** Characters of event text that a page should hold at most, which bounds what a backlog takes of memory. */
const PAGE_CHARACTERS = 2 * 1024 * 1024;
const FIRST_PAGE_EVENTS = 100;
/** The log's drivers read this many positions at once well. */
const MAX_PAGE_EVENTS = 1_000;

/**
 * How many events to read next, given the page before: as a rule events have 1 KB, at most 256 KiB. Grows by doubling,
 * so that a flood of long ones is met with a short page.
 */
export function nextPageEvents(previous: { asked: number; page: readonly StoredEvent[] } | null): number {
  if (previous === null) return FIRST_PAGE_EVENTS;
  const { asked, page } = previous;
  const characters = page.reduce((sum, { text }) => sum + text.length, 0);
  if (characters === 0) return asked;
  const fitting = Math.floor((PAGE_CHARACTERS * page.length) / characters);
  return Math.max(1, Math.min(MAX_PAGE_EVENTS, fitting, asked * 2));
}
