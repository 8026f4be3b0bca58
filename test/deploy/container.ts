import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { environmentOf, lastOf, wordsOf, type Stage } from './dockerfile.js';

const HEALTHY_WITHIN_MS = 60_000;

export type Container = {
  /** What it has written so far. */
  output(): string;
  /** One run of the health check: its exit status, and what it says. */
  check(): { status: number | null; stdout: string };
  /** Until the health check passes. @throws Error with the output when it ends or takes too long */
  healthy(): Promise<void>;
  /** SIGTERM. @returns the exit status */
  stop(): Promise<number | null>;
  kill(): void;
};

/**
 * Starts what a container of the image would: its ENTRYPOINT with a command, its ENV with what is set on top.
 *
 * @param options.workdir the working directory that the build ended in
 * @param options.command its own unless given
 * @param options.check words of a health check, its own unless given
 * @param options.ports ports in the words of the check → those that are listened on here
 */
export function startContainer(options: {
  image: Stage;
  workdir: string;
  command?: readonly string[];
  env: Readonly<Record<string, string>>;
  check?: readonly string[];
  ports: Readonly<Record<string, number>>;
}): Container {
  const { image, workdir } = options;
  const command = options.command ?? wordsOf(lastOf(image, 'CMD') ?? '');
  const child = spawn(...program([...wordsOf(lastOf(image, 'ENTRYPOINT') ?? ''), ...command]), {
    cwd: workdir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environmentOf(image),
      ...options.env,
      // The image's files are read-only to it, so it has no cache of compiled code there.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [, own = '[]'] = /CMD (\[.*\])$/.exec(lastOf(image, 'HEALTHCHECK') ?? '') ?? [];
  const checkWords = (options.check ?? wordsOf(own)).map((word) =>
    word.replace(/:(\d+)\//, (_, port: string) => `:${options.ports[port]}/`),
  );
  const check = () => spawnSync(...program(checkWords), { cwd: workdir, encoding: 'utf8' });
  return {
    output: () => output,
    check,
    async healthy() {
      const deadline = Date.now() + HEALTHY_WITHIN_MS;
      for (let last = check(); last.status !== 0; last = check()) {
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(`not healthy: ${last.stdout}\n${output}`);
        await delay(200);
      }
    },
    stop() {
      child.kill('SIGTERM');
      return exit;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The words with the node of the image, which is the project's own here. */
function program([word, ...rest]: readonly string[]): [string, string[]] {
  if (word !== 'node') throw new Error(`${path.basename(word ?? '')} is not node`);
  return [process.execPath, rest];
}
