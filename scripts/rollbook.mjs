#!/usr/bin/env node
// `npx rollbook …` in the clone: makes it ready if need be, then runs the command line on the runtime of the project.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const ready = spawnSync(process.execPath, [path.join(ROOT, 'scripts', 'ready.mjs')], {
  stdio: ['ignore', 2, 2],
});
if (ready.status !== 0) process.exit(ready.status ?? 1);
const own = path.join(ROOT, 'node_modules', '.bin', 'node');
const { status, signal } = spawnSync(
  existsSync(own) ? own : process.execPath,
  [path.join(ROOT, 'dist', 'apps', 'cli', 'src', 'main.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exit(signal ? 1 : (status ?? 1));
