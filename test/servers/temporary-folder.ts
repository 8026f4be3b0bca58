import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const kept = new Set<string>();
process.on('exit', () => kept.forEach(removeFolder));

/** A folder of its own (0700) that goes when it is removed, or with this process. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `rollbook-${name}-`));
  kept.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  kept.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}
