import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { DISTRIBUTED_TITLE, distributedSection, embeddedDocument, withSection } from './document.js';
import { measureAppends } from './distributed/appends.js';
import { measureCatchUp } from './distributed/catch-up.js';
import { measureSizes } from './distributed/sizes.js';
import { measureStages } from './distributed/stages.js';
import { startServers, type Servers } from './distributed/system.js';
import { measureGrowth } from './growth.js';
import { measureReading } from './read.js';
import { measureRegistration } from './register.js';
import { machine, type Row } from './report.js';
import { measureStart } from './start.js';

const HELP = `npm run bench -- [options]

Measures the embedded service against a bare handler, a peer and raw writes.

  --distributed     measures the distributed service instead, on the servers of the tests
                    (ROLLBOOK_TEST_KAFKA_BROKERS and ROLLBOOK_TEST_MONGODB_URL name others)
  --only a,b        some parts only: register, read, growth, start;
                    with --distributed: stages, appends, catch-up, sizes
  --rounds n        rounds of each comparison, of which the median counts (3)
  --seconds n       seconds of each round (5)
  --clients n       clients of growth (1000000)
  --rate n          registrations per second of stages (500)
  --events n        events that the projector catches up with (200000)
  --write           puts the results into docs/benchmark.md instead of on the terminal
  --help            this
`;
const DOCUMENT = 'docs/benchmark.md';

type Parts = Record<string, () => Promise<Row[]>>;
type Options = ReturnType<typeof optionsOf>;

/** What was asked cannot be done; the message says why, and the help follows it. */
class WrongUsage extends Error {}

function argumentsOf() {
  try {
    return parseArgs({
      options: {
        distributed: { type: 'boolean', default: false },
        only: { type: 'string' },
        clients: { type: 'string', default: '1000000' },
        events: { type: 'string', default: '200000' },
        rate: { type: 'string', default: '500' },
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '5' },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const isUsage =
      error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
    throw isUsage ? new WrongUsage(error.message) : error;
  }
}

function optionsOf() {
  const values = argumentsOf();
  const whole = (name: 'clients' | 'events' | 'rate' | 'rounds' | 'seconds') => {
    if (!/^[1-9]\d*$/.test(values[name])) throw new WrongUsage(`--${name}: expected a whole number from 1`);
    return Number(values[name]);
  };
  return {
    ...values,
    clients: whole('clients'),
    events: whole('events'),
    rate: whole('rate'),
    rounds: whole('rounds'),
    seconds: whole('seconds'),
  };
}

const embeddedParts = ({ rounds, seconds, clients }: Options): Parts => ({
  register: () => measureRegistration({ rounds, seconds }),
  read: () => measureReading({ rounds, seconds }),
  growth: () => measureGrowth({ many: clients, few: 1000, rounds, seconds }),
  start: () => measureStart({ rounds: 5 }),
});

const distributedParts = (servers: Servers, { rounds, seconds, rate, events }: Options): Parts => ({
  stages: () => measureStages(servers, { perSecond: rate, seconds: seconds * rounds }),
  appends: () => measureAppends(servers, { rounds, seconds }),
  'catch-up': () => measureCatchUp(servers, { events }),
  sizes: () => measureSizes(servers),
});

/** Measures the parts that are wanted, all where none is named, and says each result as it comes. */
async function measure(parts: Parts, only: string | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of only?.split(',') ?? Object.keys(parts)) {
    const part = parts[name];
    if (part === undefined)
      throw new WrongUsage(`there is no part ${name}; the parts are ${Object.keys(parts).join(', ')}`);
    console.error(`measuring: ${name}`);
    const measured = await part();
    for (const { what, figure, ratio } of measured)
      console.error(`  ${what}: ${figure} ${ratio?.toFixed(2) ?? ''}`);
    rows.push(...measured);
  }
  return rows;
}

const versionOf = (name: string) =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
const facts = (loadBefore: string, packages: readonly string[]) => ({
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  Node: process.version,
  versions: packages.map((name) => `${name} ${versionOf(name)}`).join(', '),
  'load of the machine before the run (1 minute)': `${loadBefore} on these cores`,
});

async function embedded(options: Options, loadBefore: string): Promise<string> {
  const rows = await measure(embeddedParts(options), options.only);
  const about = {
    ...facts(loadBefore, ['fastify', 'better-sqlite3', 'oidc-provider']),
    rounds: `${options.rounds} of ${options.seconds} s each, servers in turn, medians`,
  };
  const written = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '';
  return embeddedDocument(rows, about, written);
}

async function distributed(options: Options, loadBefore: string): Promise<string> {
  const servers = await startServers();
  try {
    console.error(servers.says);
    const rows = await measure(distributedParts(servers, options), options.only);
    const about = {
      ...facts(loadBefore, ['mongodb', 'mongoose', 'kafkajs']),
      servers: servers.says,
      rounds: `${options.rounds} of ${options.seconds} s each, in turn, medians; stages over ${options.rounds * options.seconds} s`,
    };
    const section = distributedSection(rows, about);
    return options.write ? withSection(readFileSync(DOCUMENT, 'utf8'), DISTRIBUTED_TITLE, section) : section;
  } finally {
    await servers.stop();
  }
}

async function main(): Promise<void> {
  const options = optionsOf();
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const loadBefore = (loadavg()[0] ?? 0).toFixed(1);
  const document = await (options.distributed ? distributed : embedded)(options, loadBefore);
  if (!options.write) console.log(document);
  else
    writeFileSync(
      DOCUMENT,
      await format(document, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' }),
    );
}

try {
  await main();
} catch (error) {
  // Anything else is a defect of the benchmark or of what it measures.
  if (!(error instanceof WrongUsage)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
