import { createLogger, createRegistry } from '@rollbook/platform';
import { BatchCounters } from './batch-counters.js';
import { Sayings } from './sayings.js';

function listening() {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const logger = createLogger({ level: 'info', pretty: false, destination });
  const registry = createRegistry();
  const at = { ms: 0 };
  const sayings = new Sayings(logger, new BatchCounters(registry), () => at.ms);
  return { sayings, lines, at, registry };
}

test('an outage is a few lines: the first attempts, then less and less often', () => {
  const { sayings, lines } = listening();
  const { waiting } = sayings.consumer(1);
  for (let attempt = 1; attempt <= 720; attempt += 1) waiting(4, new Error('away'), attempt);
  expect(lines.map(({ attempt }) => attempt)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  expect(lines[0]).toMatchObject({ level: 'warn', generation: 1, partition: 4, err: { message: 'away' } });
});

test('what fails every second is said once a minute, each thing by itself', () => {
  const { sayings, lines, at } = listening();
  for (; at.ms < 150_000; at.ms += 1000) {
    sayings.failed('reporting', new Error('away'));
    sayings.coordination({ kind: 'turn failed', error: new Error('away') });
  }
  expect(lines.map(({ msg }) => msg)).toEqual(
    [1, 2, 3].flatMap(() => [
      'reporting failed, it is tried again',
      'coordinating rebuilds failed, it is tried again',
    ]),
  );
});

test('design §8 · gaps, parked clients and foreign records are said with their places', () => {
  const { sayings, lines } = listening();
  const { applied, unreadable, unknownEvent } = sayings.consumer(2);
  const run = { last: null, events: 5, documents: 3, skippedEvents: 0, lostRaces: 0, unknown: null, redelivered: 0, seconds: 0 }; // prettier-ignore
  applied(0, { ...run, repairedGaps: 0, missedEvents: 0, parked: [] });
  expect(lines).toEqual([]);
  const parked = [{ client_id: 'a', reason: 'it has no registration', firstVersion: 3, position: 12 }];
  applied(0, { ...run, repairedGaps: 1, missedEvents: 2, parked });
  unreadable(1, { records: 3, offset: '7', reason: 'it has no key' });
  unknownEvent(2, { position: 9, reason: 'ClientMerged is not known' });
  expect(lines).toMatchObject([
    { level: 'warn', generation: 2, partition: 0, events: 2, gaps: 1 },
    { level: 'error', client_id: 'a', position: 12, msg: expect.stringContaining('it has no registration') },
    { level: 'error', partition: 1, offset: '7', events: 3 },
    { level: 'error', partition: 2, position: 9, msg: expect.stringContaining('ClientMerged is not known') },
  ]);
});

test('counters begin with 0', async () => {
  const { sayings, registry } = listening();
  sayings.consumer(7);
  const text = await registry.metrics();
  for (const name of ['events', 'missed_events', 'redelivered', 'restarts', 'unreadable_records']) {
    expect(text.split('\n')).toContain(`rollbook_projector_${name}_total{generation="7"} 0`);
  }
});

test('the first joining is no rebalance', async () => {
  const { sayings, registry } = listening();
  const { joined } = sayings.consumer(1);
  joined([0]);
  joined([0, 1]);
  joined([1]);
  expect(await registry.metrics()).toContain('rollbook_projector_rebalances_total{generation="1"} 2');
});
