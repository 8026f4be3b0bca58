// Runs jest as the project needs it (ESM), with whatever arguments jest takes, and closes with `N passed, N failed`
// (`, N skipped` where a suite said why it can't run) alone on a line.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** jest has written its report and does not end for so long: a test left something open, in milliseconds. */
const ENDS_WITHIN_MS = 30_000;

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
    ...process.argv.slice(2),
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
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  // A suite that could not even be loaded has no tests to count, but it did fail.
  failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  skipped = result.numPendingTests + result.numTodoTests;
} catch {
  process.stderr.write('rollbook: jest wrote no report\n');
  failed = 1;
}
if (leftOpen) {
  process.stderr.write('rollbook: the tests are over, but one of them left something open\n');
  failed += 1;
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(status === 0 && failed === 0 && passed > 0 ? 0 : 1);
