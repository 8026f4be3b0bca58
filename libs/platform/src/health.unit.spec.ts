import { healthAnswer, type HealthCheck, HealthRegistry } from '@rollbook/platform';

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

describe('RFC 9110 §10.2.3 · a 503 of health says when to ask again, a 200 does not', () => {
  test.each<[string, string | null, number, object]>([
    ['well', null, 200, {}],
    ['not well', 'the disk is full', 503, { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) }],
  ])('%s', async (_claim, reason, status, headers) => {
    const health = new HealthRegistry();
    health.add('ready', 'a check', () => reason);
    const report = await health.report('ready');
    expect(healthAnswer(report)).toEqual({ status, headers, body: report });
  });
});
