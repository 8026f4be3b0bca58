import { afterEach, expect, jest, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describeWithServers, freePorts } from '@rollbook-servers';

jest.setTimeout(180_000);

type Run = { child: ChildProcess; output: () => string; ended: Promise<number | null> };
const runs: Run[] = [];
afterEach(() => runs.splice(0).forEach(({ child }) => child.kill('SIGKILL')));

/** `npm run distributed`, as small as it gets. */
async function start(): Promise<Run & { url: string }> {
  const [port = 0] = await freePorts(1);
  const args = ['--apis', '1', '--projectors', '1', '--port', String(port)];
  const child = spawn(process.execPath, ['dist/test/distributed/main.js', ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const run = { child, output: () => output, ended };
  runs.push(run);
  await Promise.race([until(() => output.includes('Ctrl-C')), ended]);
  if (child.exitCode !== null) throw new Error(output);
  return { ...run, url: `http://localhost:${port}` };
}
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

const pidOf = (run: Run, name: string) =>
  Number(new RegExp(`${name} on .*, process (\\d+)`).exec(run.output())?.[1]);
const folderOf = (run: Run) => path.dirname(/admin tokens: ([^"]+)/.exec(run.output())?.[1] ?? 'not printed');
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

describeWithServers('npm run distributed', ['own-kafka', 'own-mongodb'], () => {
  test('design §1 · registers at one address; Ctrl-C leaves nothing behind', async () => {
    const run = await start();
    const answer = await fetch(`${run.url}/connect/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['https://app.example/cb'] }),
    });
    expect(answer.status).toBe(201);
    expect(existsSync(folderOf(run))).toBe(true);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.output()).not.toMatch(/ended with/);
    expect(existsSync(folderOf(run))).toBe(false);
    expect(['registration-api-1', 'projector-1'].filter((name) => isAlive(pidOf(run, name)))).toEqual([]);
    await expect(fetch(run.url)).rejects.toThrow();
  });

  test('design §1 · the death of one process is said, and ends all', async () => {
    const run = await start();
    process.kill(pidOf(run, 'projector-1'), 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('projector-1 ended with SIGKILL: stopping the others');
    expect(isAlive(pidOf(run, 'registration-api-1'))).toBe(false);
  });

  test('design §1 · nothing survives SIGKILL of the program itself', async () => {
    const run = await start();
    run.child.kill('SIGKILL');
    await until(() => !['registration-api-1', 'projector-1'].some((name) => isAlive(pidOf(run, name))));
    await expect(fetch(run.url)).rejects.toThrow();
    await until(() => !existsSync(folderOf(run)));
  });
});
