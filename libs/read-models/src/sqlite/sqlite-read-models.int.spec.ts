import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSqliteEventLog } from '@rollbook/event-log';
import { openSqliteReadModels } from '@rollbook/read-models';
import { readModelsContract } from '@rollbook-testing/read-models';

readModelsContract('SQLite', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-models-'));
  const logFile = path.join(directory, 'log.sqlite');
  const log = await openSqliteEventLog({ file: logFile });
  const models = await openSqliteReadModels({ modelsFile: path.join(directory, 'models.sqlite'), logFile });
  return {
    log,
    models,
    async close() {
      await models.close();
      await log.close();
      rmSync(directory, { recursive: true });
    },
  };
});
