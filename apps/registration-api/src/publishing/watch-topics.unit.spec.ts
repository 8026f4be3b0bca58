import { KafkaUnavailable, TopicsRefused } from '@rollbook/event-relay';
import { watchTopics } from './watch-topics.js';

const TIMES = { startWaitsMs: 10_000, tryAgainMs: 1 };
const WRONG = new TopicsRefused(['topic rollbook.events.v1 has 3 partitions, expected 6']);

/** Fails as told, one error per call, then succeeds. */
function checks(...errors: Error[]) {
  const lines: string[] = [];
  const done = Promise.withResolvers<void>();
  const check = async () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    done.resolve();
  };
  const logger = {
    warn: (_fields: unknown, message?: string) => void lines.push(`warn ${message ?? ''}`),
    info: (message: unknown) => void lines.push(`info ${String(message)}`),
  };
  const refusals: unknown[] = [];
  const refused = Promise.withResolvers<void>();
  const watch = (times = TIMES) =>
    watchTopics(check, logger, (error) => (refusals.push(error), refused.resolve()), times);
  return { watch, lines, refusals, done: done.promise, refused: refused.promise };
}

test('design §7 · topics that are as they must be let the start go on', async () => {
  const { watch, lines } = checks();
  const watching = await watch();
  watching.stop();
  expect(lines).toEqual([]);
});

test('design §7 · wrong topics stop the start', async () => {
  await expect(checks(WRONG).watch()).rejects.toBe(WRONG);
});

test('design §8 · Kafka down does not hold up the start; its topics are checked when it answers', async () => {
  const { watch, lines, done, refusals } = checks(new KafkaUnavailable('a'), new KafkaUnavailable('b'));
  const watching = await watch();
  await done;
  await new Promise((resolve) => setImmediate(resolve));
  watching.stop();
  expect(lines).toEqual([
    'warn Kafka does not answer: registrations are accepted, and published later',
    'info Kafka answers, its topics are as they must be',
  ]);
  expect(refusals).toEqual([]);
});

test('design §8 · topics that turn out to be wrong then are told', async () => {
  const { watch, refused, refusals } = checks(new KafkaUnavailable('a'), WRONG);
  const watching = await watch();
  await refused;
  watching.stop();
  expect(refusals).toEqual([WRONG]);
});

test('design §8 · a Kafka that neither answers nor refuses holds up the start for a bounded time', async () => {
  let give = (): void => undefined;
  const check = () => new Promise<void>((resolve) => (give = resolve));
  const logger = { warn: () => undefined, info: () => undefined };
  const watching = await watchTopics(check, logger, () => undefined, { startWaitsMs: 5, tryAgainMs: 1 });
  give();
  watching.stop();
});

test('stopping ends the trying', async () => {
  const { watch } = checks(...Array.from({ length: 100 }, () => new KafkaUnavailable('down')));
  const watching = await watch({ startWaitsMs: 10_000, tryAgainMs: 60_000 });
  watching.stop();
});
