import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const ok = (command: string, args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 120_000 }).status === 0;

/**
 * A Python that has the given packages: a virtual environment in the user's cache folder, made once.
 *
 * @param packages as pip takes them, with versions
 * @returns the interpreter, or null where there is no Python, or pip cannot install them
 */
export function pythonWith(packages: readonly string[]): string | null {
  const name = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'rollbook', `python-${name}`);
  const python = path.join(folder, 'bin', 'python');
  if (existsSync(path.join(folder, 'complete'))) return python;
  rmSync(folder, { recursive: true, force: true });
  if (!ok('python3', ['-m', 'venv', folder])) return null;
  if (!ok(python, ['-m', 'pip', 'install', '--quiet', ...packages])) return null;
  writeFileSync(path.join(folder, 'complete'), '');
  return python;
}
