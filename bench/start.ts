import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from './load.js';
import { answers, freePort, startRollbook } from './processes.js';
import type { Row } from './report.js';
import { inTemporaryFolder } from './temporary.js';

/** Time from the start of the process, built and warm, to its first answer. */
export function measureStart(options: { rounds: number }): Promise<Row[]> {
  return inTemporaryFolder(async (folder) => {
    await (await startRollbook(folder)).stop();
    const direct: number[] = [];
    const throughNpm: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const start = performance.now();
      const service = await startRollbook(folder);
      direct.push((performance.now() - start) / 1000);
      await service.stop();
      throughNpm.push(await npmStart(folder));
    }
    return [
      {
        what: 'start to first answer, built and warm',
        figure: `${median(direct).toFixed(2)} s`,
        value: median(direct),
        goal: { text: '≤ 1.0 s', met: (value) => value <= 1 },
      },
      {
        what: 'the same through `npm start`',
        figure: `${median(throughNpm).toFixed(2)} s`,
        value: median(throughNpm),
        goal: { text: '≤ 1.5 s', met: (value) => value <= 1.5 },
      },
    ];
  });
}

async function npmStart(folder: string): Promise<number> {
  const port = await freePort();
  const start = performance.now();
  // Its own group: npm starts a shell, and all of it has to end.
  const child = spawn('npm', ['start'], {
    stdio: 'ignore',
    detached: true,
    env: { PATH: process.env['PATH'], ROLLBOOK_PORT: String(port), ROLLBOOK_DATA_DIR: folder },
  });
  try {
    await answers(`http://127.0.0.1:${port}/health/ready`, child);
    return (performance.now() - start) / 1000;
  } finally {
    if (child.pid !== undefined) await endGroup(child.pid);
  }
}

/** npm ends before the service does, and the service's data directory is free only then. */
async function endGroup(pid: number): Promise<void> {
  const send = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      throw error;
    }
  };
  for (let lives = send('SIGTERM'); lives; lives = send(0)) await delay(5);
}
