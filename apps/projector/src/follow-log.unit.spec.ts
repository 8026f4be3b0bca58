import { memoryEventLog } from '@rollbook/event-log';
import { appendRegistrations } from '@rollbook-testing/read-models';
import { followLog } from './follow-log.js';

test('design §2 · the read models are woken after an append, until the signal ends it', async () => {
  const log = memoryEventLog();
  const abort = new AbortController();
  const woken: (() => void)[] = [];
  const wake = () => woken.shift()?.();
  const following = followLog(log, { wake }, abort.signal, (error) => expect(error).toBeUndefined());
  for (const client_id of ['a', 'b']) {
    const once = new Promise<void>((resolve) => woken.push(resolve));
    await appendRegistrations(log, [{ client_id }]);
    await once;
  }
  abort.abort();
  await following;
  await log.close();
});

test('a log that can not be waited for is told, and tried again', async () => {
  const abort = new AbortController();
  const failures: unknown[] = [];
  const log = { waitAfter: () => Promise.reject(new Error('not now')) };
  await followLog(log, { wake: () => undefined }, abort.signal, (error) => {
    failures.push(error);
    abort.abort();
  });
  expect(failures).toEqual([new Error('not now')]);
});
