import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type Process = { url: string; child: ChildProcess; stop(): Promise<void> };

/** The built code, wherever the benchmark is started from. */
const DIST = path.resolve(import.meta.dirname, '..');
/** What `npm start` runs after `node`, with its flags. */
const START = (
  JSON.parse(readFileSync(path.join(DIST, '..', 'package.json'), 'utf8')) as { scripts: { start: string } }
).scripts.start
  .split(' ')
  .slice(1)
  .map((word) => (word.startsWith('-') ? word : path.resolve(DIST, '..', word)));
/** Kernel clock ticks in a second: a constant of Linux on the architectures the service runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Starts one of the bench's own servers: it prints its port and ends with its stdin.
 *
 * @param file below the folder of the built benchmark
 */
export async function startServer(file: string, args: readonly string[] = []): Promise<Process> {
  const child = spawn(process.execPath, [path.join(DIST, 'bench', file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, child, stop: () => ended(child, () => child.stdin.end()) };
}

/**
 * Starts the embedded service, as `npm start` does, without a rate limit.
 *
 * @param directory its data directory
 * @returns the service, once it would accept a registration
 */
export async function startRollbook(directory: string, env: Record<string, string> = {}): Promise<Process> {
  const port = await freePort();
  const child = spawn(process.execPath, START, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      ROLLBOOK_PORT: String(port),
      ROLLBOOK_DATA_DIR: directory,
      ROLLBOOK_RATE_LIMIT_PER_MINUTE: '0',
      ...env,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/health/ready`, child);
  return { url, child, stop: () => ended(child, () => child.kill('SIGTERM')) };
}

/** Waits until `url` answers 200, looking every 5 ms. */
export async function answers(url: string, child: ChildProcess, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await delay(5);
  }
  throw new Error(`${url} did not answer within ${timeoutMs} ms`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  end();
  await exit;
}

/** CPU time that a process and its threads have used, in milliseconds; null where the system doesn't tell. */
export function cpuMs(child: ChildProcess): number | null {
  const stat = procFile(child, 'stat');
  if (stat === null) return null;
  // Fields 14 and 15 (user and system ticks), counted behind the name, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

/** Resident memory in megabytes; null where the system doesn't tell. */
export function residentMegabytes(child: ChildProcess): number | null {
  const kilobytes = procFile(child, 'status')?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

function procFile(child: ChildProcess, name: string): string | null {
  if (process.platform !== 'linux') return null;
  return readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
}
