import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newLedger, seededRandom, type Ledger, type Registration } from './ledger.js';
import { callUntilDeath, readBack } from './load.js';
import { brokenByLog, leaks } from './promises.js';
import { startService, type RunningService } from '../support/service.js';

export type CrashOptions = {
  kills: number;
  seed: number;
  /** Callers at the same time. */
  callers: number;
  /** Called after every round with what has been done so far. */
  onRound?: (report: { round: number; acknowledged: number; clients: number }) => void;
};
export type CrashReport = {
  kills: number;
  acknowledged: number;
  clients: number;
  events: number;
  broken: string[];
};

/** The service dies at a random moment within this long after the load began, in milliseconds. */
const LONGEST_LIFE_MS = 600;
/** Beside those that were in use when the service died, so many older clients are read back in each round. */
const SAMPLE = 20;

/**
 * Kills the service with SIGKILL at random moments under load, starts it again on the same data, and checks every
 * promise: acknowledged registrations read back as acknowledged after every kill; at the end the whole log, the read
 * model against a fresh fold, and every file and log line for secrets and personal data.
 */
export async function crashRounds(options: CrashOptions): Promise<CrashReport> {
  const directory = mkdtempSync(path.join(tmpdir(), 'rollbook-crash-'));
  const random = seededRandom(options.seed);
  const ledger = newLedger();
  const broken: string[] = [];
  let acknowledged = 0;
  let logs = '';
  let service: RunningService | null = null;
  try {
    for (let round = 1; round <= options.kills && broken.length === 0; round++) {
      service = await startService({ directory });
      const known = new Set(ledger.clients.keys());
      const load = { ledger, url: service.url, random, label: `r${round}` };
      const callers = Promise.all(
        Array.from({ length: options.callers }, (_, caller) => callUntilDeath(load, caller)),
      );
      await Promise.race([callers, delay(random() * LONGEST_LIFE_MS)]);
      await service.kill();
      acknowledged += (await callers).reduce((sum, one) => sum + one, 0);
      logs += service.output();

      service = await startService({ directory });
      const fresh = [...ledger.clients.values()].filter(({ client_id }) => !known.has(client_id));
      broken.push(
        ...(await readAllBack(service.url, ledger, [...fresh, ...sample([...known], ledger, random)])),
      );
      await service.kill();
      logs += service.output();
      options.onRound?.({ round, acknowledged, clients: ledger.clients.size });
    }
    service = await startService({ directory });
    broken.push(...(await readAllBack(service.url, ledger, [...ledger.clients.values()])));
    const ndjson = await service.audit('/audit/events.ndjson');
    broken.push(...brokenByLog(ndjson, ledger), ...(await brokenModel(service)));
    const status = await service.stop();
    if (status !== 0) broken.push(`SIGTERM: exit status ${status}`);
    logs += service.output();
    broken.push(...leaks(directory, logs, ledger));
    const events = ndjson.trimEnd().split('\n').length - 1;
    return { kills: options.kills, acknowledged, clients: ledger.clients.size, events, broken };
  } finally {
    await service?.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Reads clients back, some at a time. */
export async function readAllBack(url: string, ledger: Ledger, clients: Registration[]): Promise<string[]> {
  const broken: string[] = [];
  for (let at = 0; at < clients.length; at += 50) {
    const found = await Promise.all(
      clients.slice(at, at + 50).map((client) => readBack(url, ledger, client)),
    );
    broken.push(...found.flat());
  }
  return broken;
}

/** Waits until the read model has caught up, then compares it with a fresh fold of the log. */
export async function brokenModel(service: Pick<RunningService, 'audit'>): Promise<string[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const lines = (await service.audit('/audit/replay')).trimEnd().split('\n');
    const report = JSON.parse(lines.at(-1) ?? '{}') as { equal?: boolean; differences?: unknown[] };
    if (report.equal === true) return [];
    if (Date.now() > deadline)
      return [`the read model differs from a fresh fold: ${JSON.stringify(report).slice(0, 500)}`];
    await delay(250);
  }
}

/** Some of the clients, by chance. */
export function sample(ids: string[], ledger: Ledger, random: () => number): Registration[] {
  return Array.from({ length: Math.min(SAMPLE, ids.length) }, () => ids[Math.floor(random() * ids.length)])
    .map((id) => ledger.clients.get(id ?? ''))
    .filter((client) => client !== undefined);
}
