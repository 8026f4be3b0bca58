// `npm run check`: format, lint, types, boundaries, drift of generated documents. No tests. Reports every part, not
// only the first that fails.
import { spawnSync } from 'node:child_process';

const bin = (name) => `node_modules/.bin/${name}`;
const PARTS = [
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings', 'apps', 'libs', 'test', 'bench', 'scripts']],
  ['types', process.execPath, ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'tsconfig.json']],
  [
    'boundaries',
    bin('depcruise'),
    ['--config', '.dependency-cruiser.mjs', 'apps', 'libs', 'test', '--output-type', 'err-long'],
  ],
  ['drift', process.execPath, ['scripts/generate-docs.mjs', '--check']],
];

const failed = [];
for (const [name, command, args] of PARTS) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  const ok = status === 0;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`);
  if (!ok) {
    failed.push(name);
    console.log(error?.message ?? String(stdout) + String(stderr));
  }
}
if (failed.length > 0) {
  console.log(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
