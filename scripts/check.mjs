// `npm run check`: format, lint, types, boundaries, drift of generated documents. No tests. Reports every part, not
// only the first that fails.
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

const bin = (name) => `node_modules/.bin/${name}`;
const PARTS = [
  { name: 'format', command: bin('prettier'), args: ['--check', '--log-level', 'warn', '.'] },
  {
    name: 'lint',
    command: bin('oxlint'),
    args: [
      '--type-aware',
      '--deny-warnings',
      'apps',
      'libs',
      'test',
      'bench',
      'docker',
      'examples',
      'scripts',
    ],
  },
  {
    name: 'types',
    command: process.execPath,
    args: ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  },
  {
    name: 'boundaries',
    command: bin('depcruise'),
    args: [
      '--config',
      '.dependency-cruiser.mjs',
      'apps',
      'libs',
      'test',
      'examples',
      '--output-type',
      'err-long',
    ],
  },
  { name: 'drift', command: process.execPath, args: ['scripts/generate-docs.mjs', '--check'] },
];

// The project's own runtime first: the tools are scripts that look for `node`.
const env = { ...process.env, PATH: ['node_modules/.bin', process.env.PATH].join(delimiter) };
const failed = [];
for (const { name, command, args } of PARTS) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status !== 0) {
    failed.push(name);
    console.log(error?.message ?? stdout + stderr);
  }
}
if (failed.length > 0) {
  console.log(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
