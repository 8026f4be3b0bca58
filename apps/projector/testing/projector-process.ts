import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@rollbook-servers';

/** A projector in a process of its own, as its operators meet it. */
export type ProjectorProcess = {
  url: string;
  child: ChildProcess;
  /** What it has written to stdout and stderr so far. */
  output(): string;
  /** The figure of a metric, by its name with its labels; null when there is none. */
  metric(name: string): Promise<number | null>;
  /** Resolves when `/health/ready` says 200. */
  ready(): Promise<void>;
  /** Of the process, once it has ended. */
  ended: Promise<number | null>;
  /** SIGTERM. Gives the exit status. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
};

const MAIN = path.resolve('dist/apps/projector/src/main.js');
const READY_WITHIN_MS = 40_000;
const running = new Set<ChildProcess>();
// A test that fails, or a runner that is stopped, leaves nothing behind.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts the built projector on a free port; does not wait until it is ready. */
export async function startProjector(env: Readonly<Record<string, string>>): Promise<ProjectorProcess> {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ROLLBOOK_PROJECTOR_PORT: String(port), ...env },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    url,
    child,
    output: () => output,
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name} `));
      return line === undefined ? null : Number(line.slice(name.length + 1));
    },
    async ready() {
      const until = Date.now() + READY_WITHIN_MS;
      while (!(await isReady(url))) {
        const gone = child.exitCode !== null || child.signalCode !== null;
        if (gone || Date.now() > until) throw new Error(`the projector was never ready:\n${output}`);
        await delay(20);
      }
    },
    ended,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
