// Runs jest as the project needs it (ESM), with whatever arguments jest takes, and closes with `N passed, N failed`
// (`, N skipped` where a suite said why it can't run) alone on a line.
//
// With ROLLBOOK_TEST_AGAIN=1 the suites that failed run once more, by themselves, and what they do then counts: on a busy
// machine a suite with time limits can fail beside another. Which ones needed it is said.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** jest has written its report and does not end for so long: a test left something open, in milliseconds. */
const ENDS_WITHIN_MS = 30_000;

/** What one run of jest came to; `suites` by file. */
async function runJest(args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'rollbook-test-'));
  const report = path.join(folder, 'report.json');
  const jest = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--json',
      `--outputFile=${report}`,
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  let leftOpen = false;
  let reportedAt = null;
  const watch = setInterval(() => {
    if (reportedAt === null && existsSync(report)) reportedAt = Date.now();
    if (reportedAt === null || Date.now() - reportedAt < ENDS_WITHIN_MS) return;
    leftOpen = true;
    jest.kill('SIGKILL');
  }, 1_000);
  const status = await new Promise((resolve) => {
    jest.on('error', () => resolve(1));
    jest.on('exit', resolve);
  });
  clearInterval(watch);
  let suites = null;
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    suites = new Map(testResults.map((one) => [one.name, counted(one)]));
  } catch {
    process.stderr.write('rollbook: jest wrote no report\n');
  }
  rmSync(folder, { recursive: true, force: true });
  if (leftOpen) process.stderr.write('rollbook: the tests are over, but one of them left something open\n');
  return { ok: status === 0, leftOpen, suites };
}

function counted({ status, assertionResults }) {
  const number = (...kinds) => assertionResults.filter((one) => kinds.includes(one.status)).length;
  const failed = number('failed');
  return {
    passed: number('passed'),
    // A suite that could not even be loaded has no tests to count, but it did fail.
    failed: failed === 0 && status === 'failed' ? 1 : failed,
    skipped: number('pending', 'skipped', 'todo', 'disabled'),
  };
}

const failedIn = (suites) => [...suites].filter(([, { failed }]) => failed > 0).map(([file]) => file);

let { ok, leftOpen, suites } = await runJest(process.argv.slice(2));
if (suites !== null && process.env.ROLLBOOK_TEST_AGAIN === '1' && failedIn(suites).length > 0) {
  const files = failedIn(suites);
  process.stderr.write(`rollbook: once more, by themselves:\n${files.map((file) => `  ${file}\n`).join('')}`);
  const again = await runJest(['--runInBand', '--runTestsByPath', ...files]);
  ({ ok, leftOpen } = again);
  for (const file of files) {
    const result = again.suites?.get(file) ?? suites.get(file);
    if (result.failed === 0) process.stderr.write(`rollbook: failed beside others, passed alone: ${file}\n`);
    suites.set(file, result);
  }
}
const sum = (kind) => [...(suites?.values() ?? [])].reduce((total, one) => total + one[kind], 0);
const passed = sum('passed');
const failed = sum('failed') + (suites === null ? 1 : 0) + (leftOpen ? 1 : 0);
const skipped = sum('skipped');
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(ok && failed === 0 && passed > 0 ? 0 : 1);
