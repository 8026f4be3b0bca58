import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** A process of this folder under test, its whole lines so far, and its end. */
export type Child = {
  lines(): string[];
  /** Resolves when the process has printed `count` lines; rejects when it ends before. */
  printed(count: number): Promise<void>;
  /** SIGKILL to this process only; resolves when it is gone. */
  kill(): Promise<void>;
  ended: Promise<{ status: number | null; errors: string }>;
};

const LOOK_AGAIN_MS = 5;

/**
 * Starts a built file of this folder. What it prints goes to a file, which takes every line at once and keeps it
 * whatever happens to the process (a pipe may be full).
 *
 * @param options.maxFileKiB `ulimit -f` for the process, which is how a full disk looks from inside
 */
export function startChild(script: string, args: string[], options: { maxFileKiB?: number } = {}): Child {
  const file = path.resolve('dist/libs/event-log/testing', script);
  const limit = options.maxFileKiB === undefined ? '' : `ulimit -f ${options.maxFileKiB} && `;
  const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-child-'));
  const output = path.join(directory, 'output');
  const stdout = openSync(output, 'a');
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, file, ...args], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  closeSync(stdout);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
  let last: string[] | null = null;
  const lines = (): string[] => last ?? linesOf(readFileSync(output, 'utf8'));
  const ended = new Promise<{ status: number | null; errors: string }>((resolve) => {
    child.once('close', (status) => {
      last = lines();
      rmSync(directory, { recursive: true });
      resolve({ status, errors });
    });
  });
  return {
    lines,
    ended,
    async printed(count) {
      while (lines().length < count) {
        if (last !== null) throw new Error(`${script} ended early: ${errors}`);
        await setTimeout(LOOK_AGAIN_MS);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
