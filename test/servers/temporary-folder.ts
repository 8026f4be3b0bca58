import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const kept = new Set<string>();
process.on('exit', () => kept.forEach(removeFolder));

/**
 * A folder of its own (0700) that goes when it is removed, or with this process, should that even be killed: there may be
 * keys in it.
 */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `rollbook-${name}-`));
  kept.add(folder);
  guard(folder);
  return folder;
}

let guardian: ChildProcess | null = null;

/** One shell for all folders removes what is left of them when its stdin closes: this process has ended, however. */
function guard(folder: string): void {
  if (guardian === null) {
    const script = 'while read -r folder; do set -- "$@" "$folder"; done; rm -rf -- "$@"';
    guardian = spawn('sh', ['-c', script, 'sh'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guardian.unref();
    // A shell that could not be started, or has ended, guards nothing; that is no reason to fail.
    guardian.on('error', () => undefined);
    guardian.stdin?.on('error', () => undefined);
    if (guardian.stdin instanceof Socket) guardian.stdin.unref();
  }
  guardian.stdin?.write(`${folder}\n`);
}

export function removeFolder(folder: string): void {
  kept.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}
