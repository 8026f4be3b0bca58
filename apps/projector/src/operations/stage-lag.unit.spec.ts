import { memoryEventLog } from '@rollbook/event-log';
import { appendEvent } from '@rollbook-testing/read-models';
import { stageLags } from './stage-lag.js';

/** The events were recorded at 10:00:00, see `eventText`. */
const NOW = new Date('2026-11-01T10:00:07.500Z');
const CASES: [name: string, published: number, projected: number, lags: [number, number, number, number]][] =
  [
    ['nothing is behind', 3, 3, [0, 0, 0, 0]],
    ['Kafka is', 1, 1, [2, 7.5, 0, 0]],
    ['the model is', 3, 1, [0, 0, 2, 7.5]],
    ['both are', 2, 1, [1, 7.5, 1, 7.5]],
    ['the model is ahead of what the publisher has noted', 1, 3, [2, 7.5, 0, 0]],
  ];
test.each(CASES)('design §7 · lag by stage: %s', async (_name, published, projected, lags) => {
  const log = memoryEventLog();
  for (const version of [1, 2, 3]) await appendEvent(log, 'a', version, 'ClientSuspended', {});
  const [toKafka, toModel] = await stageLags(log, { published, projected }, NOW);
  expect([toKafka?.events, toKafka?.seconds, toModel?.events, toModel?.seconds]).toEqual(lags);
  await log.close();
});
