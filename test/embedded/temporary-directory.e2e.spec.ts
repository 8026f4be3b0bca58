import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startService } from '../support/service.js';

// What lies in a directory that every user can write to could be another user's: compiled code above all.
test('the service neither leaves anything in the shared temporary directory nor takes anything from there', async () => {
  const shared = mkdtempSync(path.join(tmpdir(), 'rollbook-shared-'));
  const service = await startService({ env: { TMPDIR: shared } });
  expect(await service.stop()).toBe(0);
  expect(readdirSync(shared)).toEqual([]);
  rmSync(shared, { recursive: true });
});
