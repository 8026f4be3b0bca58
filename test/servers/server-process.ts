import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isOpen } from './ports.js';

/** A running server of the tests, whatever it runs in. */
export interface ServerProcess {
  /** Of the running program; a container's is the host's number for it. */
  readonly pid: number;
  /** SIGKILL, and waits until it is gone. Its data stay. */
  kill9(): Promise<void>;
  /** Starts it again on the same data and port, and waits until it accepts connections. */
  restart(): Promise<void>;
  /** SIGSTOP: its connections stay open, nothing is answered. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  thaw(): Promise<void>;
  /** SIGTERM, and SIGKILL if that is not enough; waits until it is gone. */
  readonly stop: () => Promise<void>;
}

export type LocalCommand = {
  program: string;
  args: readonly string[];
  /** Working folder; its output goes to `output.log` there. */
  folder: string;
  /** On which it will listen. */
  port: number;
  startWithinMs: number;
  /** False for a program that does not end by itself when its stdin closes. */
  endsWithStdin: boolean;
};

const STOP_WITHIN_MS = 10_000;
const live = new Set<ChildProcess>();
process.on('exit', () => live.forEach((child) => child.kill('SIGKILL')));

/** Starts a program of this machine. It ends with this process, even if that is killed: its stdin closes then. */
export async function startLocalProcess(command: LocalCommand): Promise<ServerProcess> {
  let child = await spawnReady(command);
  return {
    get pid() {
      return child.pid ?? 0;
    },
    kill9: () => end(child, 'SIGKILL'),
    async restart() {
      child = await spawnReady(command);
    },
    async freeze() {
      // A frozen program can't notice that its stdin has closed.
      guard(child);
      child.kill('SIGSTOP');
    },
    async thaw() {
      child.kill('SIGCONT');
    },
    async stop() {
      child.kill('SIGCONT');
      await end(child, 'SIGTERM');
    },
  };
}

async function spawnReady(command: LocalCommand): Promise<ChildProcess> {
  const logFile = path.join(command.folder, 'output.log');
  const output = openSync(logFile, 'a');
  const child = spawn(command.program, command.args, {
    cwd: command.folder,
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  live.add(child);
  let failure: string | null = null;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => {
    live.delete(child);
    failure ??= `ended with ${code ?? signal}`;
  });
  if (!command.endsWithStdin) guard(child);
  const deadline = Date.now() + command.startWithinMs;
  while (!(await isOpen(command.port))) {
    if (Date.now() > deadline) {
      await end(child, 'SIGKILL');
      failure ??= `not listening within ${command.startWithinMs} ms`;
    }
    if (failure !== null) {
      throw new Error(`${command.program}: ${failure}\n${readFileSync(logFile, 'utf8').slice(-3000)}`);
    }
    await delay(20);
  }
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}

/** Kills the child when this process ends, however it ends: the shell's stdin closes then. */
function guard(child: ChildProcess): void {
  const script = 'while read -r _; do :; done; kill -9 "$1"';
  const watch = spawn('sh', ['-c', script, 'sh', String(child.pid)], { stdio: ['pipe', 'ignore', 'ignore'] });
  watch.unref();
  child.once('exit', () => watch.kill('SIGKILL'));
}
