import { parseMoment, upTo } from './as-of.js';

const events = [
  { position: 3, recordedAt: '2026-01-01T00:00:00.000Z' },
  { position: 8, recordedAt: '2026-01-02T00:00:00.000Z' },
  { position: 9, recordedAt: '2026-01-02T00:00:00.000Z' },
  { position: 20, recordedAt: '2026-01-03T00:00:00.250Z' },
];

describe('as-of · the longest prefix of the stream', () => {
  test.each([
    ['0', []],
    ['2', []],
    ['3', [3]],
    ['19', [3, 8, 9]],
    ['999999', [3, 8, 9, 20]],
    ['2025-12-31T23:59:59.999Z', []],
    ['2026-01-01T00:00:00Z', [3]],
    ['2026-01-02T00:00:00Z', [3, 8, 9]],
    ['2026-01-02T01:00:00+01:00', [3, 8, 9]],
    ['2026-01-03T00:00:00.249Z', [3, 8, 9]],
    ['2026-01-03T00:00:00.25Z', [3, 8, 9, 20]],
  ])('at %s', async (at, wanted) => {
    const found = await Array.fromAsync(upTo(events, parseMoment(at)));
    expect(found.map(({ position }) => position)).toEqual(wanted);
  });

  test.each([
    '',
    'now',
    '-1',
    '1.5',
    '01',
    '2026-01-01',
    '2026-02-30T00:00:00Z',
    '2026-01-01T00:00:00 01:00',
  ])('refuses %j', (at) => {
    expect(() => parseMoment(at)).toThrow(/^at must be a position/);
  });
});
