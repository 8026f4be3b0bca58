import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { hasStopped } from '@rollbook-servers';
import type { PublishersDatabase } from '../src/index.js';

export type PublisherProcessOptions = {
  /** Which publisher; the one of events when nothing is said. */
  publishes?: 'events' | 'states';
  brokers: readonly string[];
  prefix: string;
  partitions: number;
  mongodb: PublishersDatabase;
  instance: string;
  /** Of the publishers' documents, when they are elsewhere than the log. */
  publishersDatabase?: string;
  sendTimeoutMs?: number;
  /** Bound of its heap, in MiB; it dies when that is not enough. */
  heapMiB?: number;
  turnTimes?: { beatMs: number; patienceMs: number; lookMs: number };
};

export type PublisherProcess = {
  /** What it printed so far. */
  lines(): readonly string[];
  /** Resolves with the first line, from now on or before, that the pattern matches; `after` so many lines, if given. */
  said(pattern: RegExp, withinMs?: number, after?: number): Promise<string>;
  freeze(): Promise<void>;
  thaw(): void;
  /** SIGKILL; resolves when it is gone. */
  kill9(): Promise<void>;
  /** A graceful end. */
  stop(): Promise<void>;
};

const LOOK_AGAIN_MS = 5;
const SAID_WITHIN_MS = 30_000;

/** Starts a publisher in a process of its own, which ends with this one. */
export function startPublisher(options: PublisherProcessOptions): PublisherProcess {
  const file = path.resolve('dist/libs/event-relay/testing/publisher-process.js');
  const heap = options.heapMiB === undefined ? [] : [`--max-old-space-size=${options.heapMiB}`];
  const child: ChildProcess = spawn(process.execPath, [...heap, file, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = (): string[] => output.split('\n').slice(0, -1);
  return {
    lines,
    async said(pattern, withinMs = SAID_WITHIN_MS, after = 0) {
      const end = performance.now() + withinMs;
      for (;;) {
        const found = lines()
          .slice(after)
          .find((line) => pattern.test(line));
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null || performance.now() > end) {
          throw new Error(
            `${options.instance} did not say ${pattern}: ${lines().slice(-20).join('; ')} ${errors}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },
    async freeze() {
      child.kill('SIGSTOP');
      await hasStopped(child.pid ?? 0);
    },
    thaw: () => void child.kill('SIGCONT'),
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.kill('SIGCONT');
      child.stdin?.end();
      await ended;
    },
  };
}
