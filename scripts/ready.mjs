// Makes a checkout ready to run: installs from the lockfile when it changed, builds when a source changed.
// Runs on any Node from 18 on and needs no package, because on a fresh clone there is none (npm calls it before
// `start`, `test` and `check`). Stamps are written last, so that an interrupted run is simply done again.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(ROOT, ...parts);
const INSTALLED = at('node_modules', '.rollbook-installed');
const BUILT = at('dist', '.rollbook-built');
const LOCK = at('.ready.lock');
/** What is compiled: the product, and the tests, benchmarks and examples that run as programs of their own. */
const FOLDERS = ['apps', 'libs', 'test', 'bench', 'examples'];
/** After this long a lock is taken to be left over from a killed run whose number another process has, in milliseconds. */
const LOCK_STALE_MS = 10 * 60_000;

const stampOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const digest = (text) => createHash('sha256').update(text).digest('hex');

/** What the build depends on: path, time and size of every source, and the build's own settings. */
function sourcesDigest() {
  const lines = ['.swcrc', 'scripts/bundle.mjs'].map((file) => digest(readFileSync(at(file))));
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else {
        const { mtimeMs, size } = statSync(file);
        lines.push(`${path.relative(ROOT, file)} ${mtimeMs} ${size}`);
      }
    }
  };
  for (const folder of FOLDERS) walk(at(folder));
  return digest(lines.sort().join('\n'));
}

const lockfileDigest = () => digest(readFileSync(at('package-lock.json')));
const installNeeded = () => stampOf(INSTALLED) !== lockfileDigest();
const buildNeeded = () => stampOf(BUILT) !== sourcesDigest();

function run(label, command, args) {
  process.stderr.write(`rollbook: ${label}\n`);
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0) {
    process.stderr.write(`rollbook: ${label} failed${error ? `: ${error.message}` : ''}\n`);
    rmSync(LOCK, { force: true });
    process.exit(1);
  }
}

function build() {
  // What a killed run left.
  for (const name of readdirSync(ROOT))
    if (name.startsWith('dist.next-')) rmSync(at(name), { recursive: true, force: true });
  const next = `dist.next-${process.pid}`;
  run('building', process.execPath, [
    at('node_modules', '@swc', 'cli', 'bin', 'swc.js'),
    ...FOLDERS,
    '-d',
    next,
    '--config-file',
    '.swcrc',
    '--quiet',
  ]);
  run('putting the embedded service into few files', process.execPath, [at('scripts', 'bundle.mjs'), next]);
  rmSync(at('dist'), { recursive: true, force: true });
  renameSync(at(next), at('dist'));
}

/** Says whether the run that made the lock still goes on. One that is just being made has no number yet. */
function holderLives() {
  try {
    const pid = Number(stampOf(LOCK));
    return !(pid > 0) || process.kill(pid, 0);
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/** Waits until no other run holds the lock, then holds it. */
function lock() {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (age > LOCK_STALE_MS || !holderLives()) rmSync(LOCK, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

if (installNeeded() || buildNeeded()) {
  lock();
  process.on('SIGINT', () => process.exit(130));
  process.on('exit', () => rmSync(LOCK, { force: true }));
  if (installNeeded()) {
    // The runtime itself is an optional dependency, so nothing optional may be left out. No package's install
    // script is needed (binaries come inside the packages), so none is run.
    run('installing from the lockfile', process.platform === 'win32' ? 'npm.cmd' : 'npm', [
      'ci',
      '--ignore-scripts',
      '--include=optional',
      '--include=dev',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
    writeFileSync(INSTALLED, lockfileDigest());
  }
  const wanted = sourcesDigest();
  if (stampOf(BUILT) !== wanted) {
    build();
    writeFileSync(BUILT, wanted);
  }
}
