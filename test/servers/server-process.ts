import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { hasStopped } from './stopped.js';

/** A running server of the tests, whatever it runs in. */
export interface ServerProcess {
  /** Of the running program; a container's is the host's number for it. */
  readonly pid: number;
  /** SIGKILL, and waits until it is gone. Its data stay. */
  kill9(): Promise<void>;
  /** Starts it again on the same data and port, once it has ended, and waits until it does its work. */
  restart(): Promise<void>;
  /** SIGSTOP, and waits until it has stopped: its connections stay open, nothing is answered. */
  freeze(): Promise<void>;
  /** SIGCONT. */
  thaw(): Promise<void>;
  /** SIGTERM, and SIGKILL if that is not enough; waits until it is gone. */
  readonly stop: () => Promise<void>;
}

export type LocalCommand = {
  program: string;
  args: readonly string[];
  /** Working folder. */
  folder: string;
  /** Where its output is collected, over all restarts. */
  logFile: string;
  /** Its whole environment; otherwise this process's own. */
  env?: NodeJS.ProcessEnv;
  /** Says whether it does its work. */
  isReady: () => Promise<boolean>;
  startWithinMs: number;
  /** False for a program that does not end by itself when its stdin closes. */
  endsWithStdin: boolean;
  /** Called when it ends and nobody asked it to, once it was ready. */
  onDeath?: (how: string) => void;
};

/** A program of this machine. */
export type LocalProcess = ServerProcess & {
  /** What it has written to stdout and stderr so far, over all restarts. */
  readonly output: () => string;
  /** The exit status of its last end; null while it runs, and after a signal. */
  readonly status: number | null;
};

const STOP_WITHIN_MS = 10_000;
const live = new Set<ChildProcess>();
process.on('exit', () => live.forEach((child) => child.kill('SIGKILL')));

/** Starts a program of this machine. It ends with this process, even if that is killed: its stdin closes then. */
export async function startLocalProcess(command: LocalCommand): Promise<LocalProcess> {
  let child = await spawnReady(command);
  return {
    get pid() {
      return child.pid ?? 0;
    },
    get status() {
      return child.exitCode;
    },
    output: () => (existsSync(command.logFile) ? readFileSync(command.logFile, 'utf8') : ''),
    kill9: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child, 'SIGTERM');
      child = await spawnReady(command);
    },
    async freeze() {
      // A frozen program can't notice that its stdin has closed.
      guard(child);
      child.kill('SIGSTOP');
      await hasStopped(child.pid ?? 0);
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

/** Those that we have asked to end. */
const asked = new WeakSet<ChildProcess>();

async function spawnReady(command: LocalCommand): Promise<ChildProcess> {
  const { program, logFile, onDeath } = command;
  const output = openSync(logFile, 'a');
  const child = spawn(program, command.args, {
    cwd: command.folder,
    stdio: ['pipe', output, output],
    // A group of its own: Ctrl-C reaches this process only, which then stops everything in order.
    detached: true,
    ...(command.env === undefined ? {} : { env: command.env }),
  });
  closeSync(output);
  live.add(child);
  let failure: string | null = null;
  let isReady = false;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => {
    live.delete(child);
    failure ??= `ended with ${code ?? signal}`;
    if (isReady && !asked.has(child)) onDeath?.(failure);
  });
  if (!command.endsWithStdin) guard(child);
  const deadline = Date.now() + command.startWithinMs;
  while (!(await command.isReady())) {
    if (Date.now() > deadline) {
      await end(child, 'SIGKILL');
      failure = `not ready within ${command.startWithinMs} ms`;
    }
    if (failure !== null) {
      throw new Error(`${program}: ${failure}\n${readFileSync(logFile, 'utf8').slice(-3000)}`);
    }
    await delay(20);
  }
  isReady = true;
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  asked.add(child);
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
  const watch = spawn('sh', ['-c', script, 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.unref();
  child.once('exit', () => watch.kill('SIGKILL'));
}
