import { load, median } from './load.js';
import { admin, tokensIn } from './operator.js';
import { residentMegabytes, startRollbook } from './processes.js';
import { rawBulkWrite } from './raw-bulk-write.js';
import { registration } from './register.js';
import type { Row } from './report.js';
import { inTemporaryFolder } from './temporary.js';

/**
 * What becomes of the service with many clients: throughput against a service with few, memory, replay, rebuild. All
 * of them are registered over HTTP.
 */
export function measureGrowth(options: {
  many: number;
  few: number;
  rounds: number;
  seconds: number;
}): Promise<Row[]> {
  const count = options.many.toLocaleString('en');
  return inTemporaryFolder((manyFolder) =>
    inTemporaryFolder(async (fewFolder) => {
      const many = await startRollbook(manyFolder);
      const few = await startRollbook(fewFolder);
      try {
        await load(registration(few), { connections: 64, amount: options.few });
        await load(registration(many), { connections: 64, amount: options.many });
        const operator = admin(many, tokensIn(manyFolder));
        await operator.caughtUp();
        const memory = residentMegabytes(many.child) ?? Number.NaN;

        const idle = () => Promise.all([operator.caughtUp(), admin(few, tokensIn(fewFolder)).caughtUp()]);
        const figures = { many: [] as number[], few: [] as number[] };
        for (let round = 0; round < options.rounds; round++) {
          // What one service still has to project would be taken from the other's figure.
          await idle();
          figures.many.push(
            (await load(registration(many), { connections: 64, seconds: options.seconds })).perSecond,
          );
          await idle();
          figures.few.push(
            (await load(registration(few), { connections: 64, seconds: options.seconds })).perSecond,
          );
        }
        await operator.caughtUp();
        const replay = await operator.replay();
        if (!replay.equal) throw new Error('the read model differs from a fresh fold of the log');
        const rebuildSeconds = await operator.rebuild();
        const raw = rawBulkWrite(manyFolder);
        return [
          {
            what: `POST /connect/register with ${count} stored clients against ${options.few.toLocaleString('en')}`,
            figure: `${Math.round(median(figures.many))}/s against ${Math.round(median(figures.few))}/s`,
            ratio: median(figures.many) / median(figures.few),
            goal: { text: '≥ 0.9', met: (ratio) => ratio >= 0.9 },
          },
          {
            what: `resident memory after ${count} registrations`,
            figure: `${memory.toFixed(0)} MB`,
            value: memory,
            goal: { text: '≤ 200 MB', met: (value) => value <= 200 },
          },
          {
            what: `replay of ${replay.events.toLocaleString('en')} events (read, parse, fold, compare)`,
            figure: `${Math.round(replay.events / replay.seconds).toLocaleString('en')} events/s`,
            value: replay.events / replay.seconds,
            goal: { text: '≥ 150,000 events/s', met: (value) => value >= 150_000 },
          },
          {
            what: `rebuild of the read model against raw bulk writes of the same ${raw.rows.toLocaleString('en')} rows`,
            figure: `${rebuildSeconds.toFixed(1)} s against ${raw.seconds.toFixed(1)} s`,
            ratio: raw.seconds / rebuildSeconds,
            goal: { text: '≥ 0.7', met: (ratio) => ratio >= 0.7 },
          },
        ];
      } finally {
        await Promise.all([many.stop(), few.stop()]);
      }
    }),
  );
}
