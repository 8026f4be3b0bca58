import { parseArgs } from 'node:util';
import { newLedger, seededRandom } from '../crash/ledger.js';
import { FAULTS } from './faults.js';
import { underFault } from './harness.js';
import { startRig } from './rig.js';

// npm run test:faults -- [--rounds 10] [--seed 7] [--fault 'the database is killed']
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seed: { type: 'string' },
    fault: { type: 'string' },
  },
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const chosen = FAULTS.filter(({ name }) => values.fault === undefined || name === values.fault);
if (chosen.length === 0) {
  console.error(`--fault is one of:\n${FAULTS.map(({ name }) => name).join('\n')}`);
  process.exit(2);
}
// Whatever was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
const broken: string[] = [];
let acknowledged = 0;
for (let round = 1; round <= Number(values.rounds) && broken.length === 0; round++) {
  // Each round begins with nothing and has its faults in another order; a round can be repeated by its seed.
  const random = seededRandom(seed + round - 1);
  console.log(`round ${round}, seed ${seed + round - 1}`);
  const ledger = newLedger();
  const rig = await startRig();
  try {
    for (const fault of shuffled(chosen, random)) {
      const began = Date.now();
      const sentences = await underFault(rig, fault, { ledger, random });
      broken.push(...sentences);
      console.log(
        `  ${fault.name}: ${ledger.clients.size} clients, ${Math.round((Date.now() - began) / 1000)} s`,
      );
      for (const sentence of sentences) console.log(`BROKEN ${sentence}`);
    }
  } finally {
    await rig.stop();
  }
  for (const { acknowledged: changes } of ledger.clients.values()) acknowledged += changes;
}
console.log(
  `${acknowledged} acknowledged changes: ${broken.length === 0 ? 'every promise held' : `${broken.length} promises broken`}`,
);
process.exitCode = broken.length === 0 ? 0 : 1;

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  return all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
