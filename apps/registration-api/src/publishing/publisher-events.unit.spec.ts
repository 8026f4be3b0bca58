import { createRegistry } from '@rollbook/platform';
import { publisherTelling } from './publisher-events.js';

function telling() {
  const lines: string[] = [];
  const seen: number[] = [];
  let now = 0;
  const at = (level: string) => (fields: unknown, message?: string) =>
    void lines.push(`${level} ${JSON.stringify(fields)} ${message ?? ''}`);
  const registry = createRegistry();
  const tell = publisherTelling(
    { info: at('info'), warn: at('warn'), error: at('error') },
    registry,
    (position) => seen.push(position),
    () => now,
  )('events');
  return { tell, lines, seen, registry, later: (ms: number) => (now += ms) };
}

test('design §8 · an outage of Kafka is said once, again after a minute, and soon when it is another one', () => {
  const { tell, lines, later } = telling();
  tell.failed?.('Kafka does not answer');
  tell.failed?.('Kafka does not answer');
  later(59_999);
  tell.failed?.('Kafka does not answer');
  later(1);
  tell.failed?.('Kafka does not answer');
  tell.failed?.('no leader');
  later(5_000);
  tell.failed?.('no leader');
  expect(lines.map((line) => line.replace(/^.*go on: /, ''))).toEqual([
    'Kafka does not answer',
    'Kafka does not answer',
    'no leader',
  ]);
});

test('design §8 · a failure after it had gone on is a new one', () => {
  const { tell, lines } = telling();
  tell.failed?.('a');
  tell.changed?.('waiting');
  tell.changed?.('publishing');
  tell.failed?.('a');
  expect(lines).toEqual([
    'warn {"name":"events"} publishing to Kafka does not go on: a',
    'info {"name":"events"} publisher: publishing',
    'warn {"name":"events"} publishing to Kafka does not go on: a',
  ]);
});

test('design §8 · positions that Kafka has are passed on; batches are timed', async () => {
  const { tell, seen, registry } = telling();
  tell.positionSeen?.(7);
  tell.published?.({ events: 3, position: 3, durationSeconds: 0.004 });
  expect(seen).toEqual([7]);
  expect(await registry.metrics()).toContain('rollbook_publish_seconds_count{publisher="events"} 1');
});
