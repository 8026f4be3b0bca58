import { describe, expect, test } from '@jest/globals';
import { nextPageEvents } from './page-size.js';

const page = (events: number, characters: number) =>
  Array.from({ length: events }, (_, i) => ({
    position: i + 1,
    streamId: 's',
    streamVersion: 1,
    text: 'x'.repeat(characters),
  }));

describe('nextPageEvents', () => {
  test.each([
    ['the first page is short', null, 100],
    ['it doubles', { asked: 100, page: page(100, 1_000) }, 200],
    ['up to 1,000', { asked: 800, page: page(800, 1_000) }, 1_000],
    ['long events shorten it at once', { asked: 1_000, page: page(100, 256 * 1024) }, 8],
    ['and it grows again by doubling', { asked: 8, page: page(8, 1_000) }, 16],
    ['an empty page says nothing', { asked: 64, page: [] }, 64],
    ['there is always one event', { asked: 1, page: page(1, 4 * 1024 * 1024) }, 1],
  ])('design §7 · %s', (_, previous, events) => {
    expect(nextPageEvents(previous)).toBe(events);
  });
});
