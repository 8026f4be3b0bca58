import { setTimeout as delay } from 'node:timers/promises';
import type { ReadModels, ReplayReport } from '@rollbook/read-models';
import { replayLines } from './replay-lines.js';

const report: ReplayReport = {
  position: 9,
  events: 9,
  clients: 3,
  equal: true,
  differing: 0,
  differences: [],
  seconds: 0.1,
};
async function linesOf(replay: ReadModels['replay'], signal = new AbortController().signal) {
  const failures: unknown[] = [];
  const lines: unknown[] = [];
  const input = {
    readModels: { replay },
    signal,
    everyMs: 10,
    onFailure: (error: unknown) => void failures.push(error),
  };
  for await (const line of replayLines(input)) {
    expect(line.endsWith('\n')).toBe(true);
    lines.push(JSON.parse(line));
  }
  return { lines, failures };
}

describe('replay · NDJSON', () => {
  test('progress while it runs, the report at last', async () => {
    const { lines } = await linesOf(async (options) => {
      options.onProgress({ position: 4, head: 9 });
      await delay(35);
      return report;
    });
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.slice(0, -1)).toEqual(lines.slice(0, -1).map(() => ({ position: 4, head: 9 })));
    expect(lines.at(-1)).toEqual(report);
  });

  test('a quick one is only the report', async () => {
    expect((await linesOf(() => Promise.resolve(report))).lines).toEqual([report]);
  });

  test('a failure is the last line, without its details', async () => {
    const { lines, failures } = await linesOf(() => Promise.reject(new Error('/secret/path')));
    expect(lines).toEqual([
      { error: 'server_error', error_description: 'the replay failed; the log says why' },
    ]);
    expect(failures).toHaveLength(1);
  });

  test('ends without a report when the reader leaves', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 15);
    const { lines, failures } = await linesOf(
      ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
      controller.signal,
    );
    expect([lines, failures]).toEqual([[], []]);
  });
});
