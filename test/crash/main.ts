import { parseArgs } from 'node:util';
import { crashRounds } from './harness.js';

// npm run test:crash -- --kills 1000 [--seed 7] [--callers 16]
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string' },
    callers: { type: 'string', default: '16' },
  },
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
console.log(`kills ${values.kills}, callers ${values.callers}, seed ${seed}`);
const report = await crashRounds({
  kills: Number(values.kills),
  callers: Number(values.callers),
  seed,
  onRound: ({ round, acknowledged, clients }) => {
    if (round % 10 === 0)
      console.log(`${round} kills: ${acknowledged} acknowledged changes, ${clients} clients`);
  },
});
for (const sentence of report.broken) console.log(`BROKEN ${sentence}`);
console.log(
  `${report.kills} kills, ${report.acknowledged} acknowledged changes of ${report.clients} clients, ` +
    `${report.events} events: ${report.broken.length === 0 ? 'every promise held' : `${report.broken.length} promises broken`}`,
);
process.exitCode = report.broken.length === 0 ? 0 : 1;
