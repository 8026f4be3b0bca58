import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Runs docker/make-secrets.sh for a folder. @returns what it printed */
export function makeSecrets(folder: string): string {
  const { status, stdout, stderr } = spawnSync('sh', ['docker/make-secrets.sh', folder], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`make-secrets.sh: ${status} ${stderr}`);
  return stdout;
}

/**
 * Makes secrets in a folder that is gone afterwards.
 *
 * @param work gets the reader of `/run/secrets/NAME`, as a container would have it, and the names that were made
 */
export function inSecretsFolder(
  work: (secret: (file: string) => string, made: readonly string[]) => void,
): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'rollbook-secrets-'));
  try {
    makeSecrets(folder);
    work(
      (file) => readFileSync(path.join(folder, path.relative('/run/secrets', file)), 'utf8'),
      readdirSync(folder),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
