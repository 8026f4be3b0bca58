import { spawn } from 'node:child_process';
import path from 'node:path';

/** A process of this folder under test, its whole lines so far, and its end. */
export type Child = {
  lines(): string[];
  /** Resolves when the process has printed `count` lines; rejects when it ends before. */
  printed(count: number): Promise<void>;
  /** SIGKILL to this process only; resolves when it is gone. */
  kill(): Promise<void>;
  ended: Promise<{ status: number | null; errors: string }>;
};

/**
 * Starts a built file of this folder.
 *
 * @param options.maxFileKiB `ulimit -f` for the process, which is how a full disk looks from inside
 */
export function startChild(script: string, args: string[], options: { maxFileKiB?: number } = {}): Child {
  const file = path.resolve('dist/libs/event-log/testing', script);
  const limit = options.maxFileKiB === undefined ? '' : `ulimit -f ${options.maxFileKiB} && `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, file, ...args]);
  let output = '';
  let errors = '';
  let heard: (() => void) | null = null;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    heard?.();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended = new Promise<{ status: number | null; errors: string }>((resolve) => {
    child.once('close', (status) => resolve({ status, errors }));
  });
  const lines = (): string[] =>
    output
      .slice(0, output.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1);
  return {
    lines,
    ended,
    printed: (count) =>
      new Promise((resolve, reject) => {
        heard = () => {
          if (lines().length >= count) resolve();
        };
        heard();
        void ended.then(() => reject(new Error(`${script} ended early: ${errors}`)));
      }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
