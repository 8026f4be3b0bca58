import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSqliteEventLog } from '@rollbook/event-log';
import { eventLogContract } from '@rollbook-testing/event-log';

eventLogContract('sqlite, two handles on one file', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-log-'));
  const file = path.join(directory, 'log.sqlite');
  const first = await openSqliteEventLog({ file });
  const second = await openSqliteEventLog({ file });
  return {
    handles: [first, second],
    async dispose() {
      await Promise.all([first.close(), second.close()]);
      rmSync(directory, { recursive: true });
    },
  };
});
