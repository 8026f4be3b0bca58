import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export type ServiceOptions = {
  env?: Readonly<Record<string, string>>;
  /** A data directory that outlives the service; otherwise a new one, gone afterwards. */
  directory?: string;
};

/** The embedded service in a process of its own, as its users meet it. */
export type RunningService = {
  /** Also its public URL, unless the environment says otherwise. */
  url: string;
  directory: string;
  child: ChildProcess;
  /** What it has written to stdout and stderr so far. */
  output(): string;
  adminToken(): string;
  auditorToken(): string;
  /** The body of a GET with the auditor's token. */
  audit(at: string): Promise<string>;
  /** SIGTERM. Gives the exit status. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
};

/** What `npm start` runs. */
const MAIN = path.resolve('dist/start/main.js');
const READY_WITHIN_MS = 30_000;
const running = new Set<ChildProcess>();
// A test that fails, or a runner that is stopped, leaves nothing behind.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts the built service on a free port without a rate limit, and waits until it would accept a registration. */
export async function startService(options: ServiceOptions = {}): Promise<RunningService> {
  const directory = options.directory ?? mkdtempSync(path.join(tmpdir(), 'rollbook-test-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      ROLLBOOK_PORT: String(port),
      ROLLBOOK_DATA_DIR: directory,
      ROLLBOOK_RATE_LIMIT_PER_MINUTE: '0',
      ...options.env,
    },
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
      resolve(code);
    });
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exit;
  };
  await ready(`${url}/health/ready`, child, () => output).catch(async (error: unknown) => {
    await end('SIGKILL');
    throw error;
  });
  const tokenIn = (file: string) =>
    readFileSync(path.join(directory, file), 'utf8')
      .trim()
      .replace(/^[^:]*:/, '');
  const auditorToken = () => tokenIn('auditor-tokens');
  return {
    url,
    directory,
    child,
    output: () => output,
    adminToken: () => tokenIn('admin-tokens'),
    auditorToken,
    audit: async (at) => {
      const response = await fetch(url + at, { headers: { authorization: `Bearer ${auditorToken()}` } });
      if (!response.ok) throw new Error(`GET ${at}: ${response.status} ${await response.text()}`);
      return response.text();
    },
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

async function ready(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the service ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    }
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await delay(20);
  }
  throw new Error(`the service was not ready within ${READY_WITHIN_MS} ms:\n${output()}`);
}

/** A port of the loopback interface that nobody listens on at this moment. */
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
