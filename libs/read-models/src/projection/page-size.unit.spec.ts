import { PageSize } from './page-size.js';

const page = (events: number, characters: number) =>
  Array.from({ length: events }, (_, i) => ({
    position: i + 1,
    streamId: 'client-a',
    streamVersion: i + 1,
    text: 'x'.repeat(characters),
  }));

test('pages of ordinary events grow to the bound', () => {
  const size = new PageSize(1000);
  for (let i = 0; i < 5; i += 1) size.read(page(size.events, 1000));
  expect(size.events).toBe(1000);
});

test('long events make pages short at once, never empty', () => {
  const size = new PageSize(1000);
  size.read(page(100, 256 * 1024));
  expect(size.events).toBe(8);
  size.read(page(1, 4 * 1024 * 1024));
  expect(size.events).toBe(1);
  size.read([]);
  expect(size.events).toBe(1);
});
