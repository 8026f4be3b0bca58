import { setTimeout as delay } from 'node:timers/promises';
import { sample } from '../crash/harness.js';
import type { Ledger } from '../crash/ledger.js';
import type { Fault } from './faults.js';
import { type RunningLoad, startLoad } from './load.js';
import { brokenPromises } from './promises.js';
import type { Rig } from './rig.js';

/** Acknowledged changes before the fault, and after it: so many show that the service is well. */
const WELL = 20;
const WELL_WITHIN_MS = 60_000;

const CALLERS = 8;

/**
 * Puts a running system under load and a fault, and checks every promise afterwards.
 *
 * @returns a sentence for every promise that is broken
 */
export async function underFault(
  rig: Rig,
  fault: Fault,
  { ledger, random }: { ledger: Ledger; random: () => number },
): Promise<string[]> {
  const known = new Set(ledger.clients.keys());
  const load = startLoad({
    ledger,
    url: rig.system.url,
    random,
    label: `${known.size}`,
    callers: CALLERS,
  });
  const broken: string[] = [];
  try {
    await well(load, 'before');
    await fault.inject(rig, random, load);
    await well(load, 'after');
  } catch (error) {
    broken.push((error as Error).message);
  } finally {
    broken.push(...(await load.stop()));
  }
  const fresh = [...ledger.clients.values()].filter(({ client_id }) => !known.has(client_id));
  broken.push(...(await brokenPromises(rig, ledger, [...fresh, ...sample([...known], ledger, random)])));
  return broken.map((sentence) => `${fault.name}: ${sentence}`);
}

async function well(load: RunningLoad, when: string): Promise<void> {
  const before = load.acknowledged();
  const deadline = Date.now() + WELL_WITHIN_MS;
  while (load.acknowledged() < before + WELL) {
    if (Date.now() > deadline)
      throw new Error(`${when} it, ${load.acknowledged() - before} changes acknowledged in a minute`);
    await delay(20);
  }
}
