import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureGrowth } from './growth.js';
import { measureReading } from './read.js';
import { measureRegistration } from './register.js';
import { machine, report, type Row } from './report.js';
import { measureStart } from './start.js';

// npm run bench [-- --only register,read,growth,start] [-- --clients 100000] [-- --write]
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'register,read,growth,start' },
    clients: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    /** Puts the table into docs/benchmark.md instead of on the terminal. */
    write: { type: 'boolean', default: false },
  },
});
const DOCUMENT = 'docs/benchmark.md';
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const PARTS: Record<string, () => Promise<Row[]>> = {
  register: () => measureRegistration({ rounds, seconds }),
  read: () => measureReading({ rounds, seconds }),
  growth: () => measureGrowth({ many: Number(values.clients), few: 1000, rounds, seconds }),
  start: () => measureStart({ rounds: 5 }),
};

const loadBefore = (loadavg()[0] ?? 0).toFixed(1);
const rows: Row[] = [];
for (const name of values.only.split(',')) {
  const part = PARTS[name];
  if (part === undefined)
    throw new Error(`there is no part ${name}; the parts are ${Object.keys(PARTS).join(', ')}`);
  console.error(`measuring: ${name}`);
  const measured = await part();
  for (const { what, figure, ratio } of measured)
    console.error(`  ${what}: ${figure} ${ratio?.toFixed(2) ?? ''}`);
  rows.push(...measured);
}
const versionOf = (name: string) =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
const table = report(
  rows,
  {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    Node: process.version,
    versions: ['fastify', 'better-sqlite3', 'oidc-provider']
      .map((name) => `${name} ${versionOf(name)}`)
      .join(', '),
    'load of the machine before the run (1 minute)': `${loadBefore} on these cores`,
    rounds: `${rounds} of ${seconds} s each, servers in turn, medians`,
  },
  remarks(),
);
if (values.write) writeFileSync(DOCUMENT, table);
else console.log(table);

/** What people wrote below the table: it stays. */
function remarks(): string {
  const text = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '';
  const start = text.indexOf('\n## ');
  return start === -1 ? '' : text.slice(start);
}
