import { memoryEventLog } from '@rollbook/event-log';
import { lagOf } from './lag.js';

const log = memoryEventLog();
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
beforeAll(async () => {
  const events = [0, 10, 20].map((seconds) => JSON.stringify({ eventId: seconds, recordedAt: at(seconds) }));
  await log.append({ streamId: 'client-a', expectedVersion: 0, events, commitId: 'a' });
});

test.each([
  [
    'nothing is waiting, however long ago the last event was',
    3,
    9_000,
    { position: 3, head: 3, lagSeconds: 0 },
  ],
  ['one event is waiting', 2, 25, { position: 2, head: 3, lagSeconds: 5 }],
  ['the oldest waiting event counts', 1, 25, { position: 1, head: 3, lagSeconds: 15 }],
  ['a model that holds nothing', 0, 25.5, { position: 0, head: 3, lagSeconds: 25.5 }],
  ['a clock that was set back', 2, 0, { position: 2, head: 3, lagSeconds: 0 }],
  ['a model ahead of what this reader saw', 4, 25, { position: 4, head: 4, lagSeconds: 0 }],
])('lag · %s', async (_name, position, seconds, wanted) => {
  expect(await lagOf(log, position, new Date(Date.UTC(2026, 0, 1) + seconds * 1000))).toEqual(wanted);
});
