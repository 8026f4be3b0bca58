import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const STOPS_WITHIN_MS = 10_000;
/** States of a thread that runs nothing any more: stopped, traced, dead. */
const STILL = new Set(['T', 't', 'Z', 'X']);

/**
 * Waits until a process that was sent SIGSTOP has really stopped: on a busy machine a thread of it can go on for a while
 * before another one has taken note of the signal. Where the system doesn't tell, nothing is waited for.
 */
export async function hasStopped(pid: number): Promise<void> {
  if (process.platform !== 'linux') return;
  const deadline = performance.now() + STOPS_WITHIN_MS;
  while (!threadsOf(pid).every((state) => STILL.has(state))) {
    if (performance.now() > deadline)
      throw new Error(`process ${pid} has not stopped within ${STOPS_WITHIN_MS} ms`);
    await delay(1);
  }
}

/** The state of each thread, one letter; none when the process is gone. */
function threadsOf(pid: number): string[] {
  const threads = whileThere(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.map((thread) => {
    const stat = whileThere(() => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'));
    return stat === null ? 'X' : stat.charAt(stat.lastIndexOf(')') + 2);
  });
}

/** What is read, or null when the thread or the process has ended since. */
function whileThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    return null;
  }
}
