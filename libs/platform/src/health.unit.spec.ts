import { type HealthCheck, HealthRegistry } from '@rollbook/platform';

const failing = (): never => {
  throw new Error('hunter2');
};

describe('design §8 · a report names what fails and why', () => {
  test.each<[string, readonly HealthCheck[], object]>([
    ['no checks', [], { status: 'ok', failing: [] }],
    ['all is well', [() => null, async () => null], { status: 'ok', failing: [] }],
    [
      'one fails',
      [() => null, async () => 'the disk is full'],
      { status: 'failing', failing: [{ name: 'check 1', reason: 'the disk is full' }] },
    ],
    [
      'a check that throws has failed, and its text stays inside',
      [failing],
      { status: 'failing', failing: [{ name: 'check 0', reason: 'the check itself failed' }] },
    ],
  ])('%s', async (_claim, checks, report) => {
    const health = new HealthRegistry();
    for (const [i, check] of checks.entries()) health.add('ready', `check ${i}`, check);
    expect(await health.report('ready')).toEqual(report);
    expect(await health.report('live')).toEqual({ status: 'ok', failing: [] });
  });
});
