import { crashRounds } from './harness.js';

// The long form: npm run test:crash -- --kills 1000
test('design §8 · ten kills under load: every acknowledged registration is there, and nothing else', async () => {
  const report = await crashRounds({ kills: 10, callers: 16, seed: 20_261_124 });
  expect(report.broken).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(10);
}, 180_000);
