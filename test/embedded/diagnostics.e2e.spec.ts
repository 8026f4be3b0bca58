import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startService } from '../support/service.js';

const TOKEN = 'token-of-an-operator-0123456789';
const MASTER_KEY = 'a1'.repeat(32);

test('spec S10 · secrets given by the environment do not stay there: not for threads, not in a diagnostic report', async () => {
  const reports = mkdtempSync(path.join(tmpdir(), 'rollbook-report-'));
  const service = await startService({
    env: {
      ROLLBOOK_ADMIN_TOKENS: `ops:${TOKEN}`,
      ROLLBOOK_AUDITOR_TOKENS: `audit:${TOKEN}-2`,
      ROLLBOOK_MASTER_KEY: MASTER_KEY,
      NODE_OPTIONS: `--report-on-signal --report-directory=${reports} --report-filename=report.json`,
    },
  });
  try {
    service.child.kill('SIGUSR2');
    let report = '';
    for (const until = Date.now() + 20_000; !report.endsWith('}') && Date.now() < until; await delay(50)) {
      const [file] = readdirSync(reports);
      if (file !== undefined) report = readFileSync(path.join(reports, file), 'utf8').trimEnd();
    }
    expect(report).toContain('"ROLLBOOK_PORT"');
    expect(report).not.toContain(TOKEN);
    expect(report).not.toContain(MASTER_KEY);
  } finally {
    await service.stop();
    rmSync(reports, { recursive: true });
  }
});
