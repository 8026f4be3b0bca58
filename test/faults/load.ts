import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger, Registration } from '../crash/ledger.js';
import { register, remove, rotate, Unanswered, update, type Load } from '../crash/load.js';

/** Callers that go on through every fault; what is acknowledged goes into the ledger. */
export type RunningLoad = {
  /** Changes acknowledged so far. */
  acknowledged(): number;
  /** Lets the calls under way come to their end and makes no more until `resume()`. */
  pause(): Promise<void>;
  resume(): void;
  /** Ends it. Gives a sentence for every answer that the protocol does not allow. */
  stop(): Promise<string[]>;
};

/** An answer that does not come for so long is not waited for: a frozen process gives none. */
const TIMEOUT_MS = 5000;
/** Between two calls of one caller: the load is there to be hit, not to be heavy. */
const PACE_MS = 120;
const AFTER_FAILURE_MS = 100;

export function startLoad(options: {
  ledger: Ledger;
  url: string;
  random: () => number;
  label: string;
  callers: number;
}): RunningLoad {
  const { ledger, url, random } = options;
  const load: Load = { ledger, url, random, label: options.label, timeoutMs: TIMEOUT_MS, isUnknown };
  const state = { isStopped: false, isPaused: false, acknowledged: 0, underWay: 0 };
  const broken: string[] = [];
  const callers = Array.from({ length: options.callers }, (_, at) => run(at));

  async function run(caller: number): Promise<void> {
    const own: Registration[] = [];
    for (let n = caller * 1e6; !state.isStopped; n++) {
      if (state.isPaused) {
        await delay(PACE_MS);
        continue;
      }
      state.underWay += 1;
      const isAnswered = await once(own, n).catch((error: unknown) => {
        if (!(error instanceof Unanswered)) broken.push(String(error));
        return false;
      });
      state.underWay -= 1;
      if (isAnswered) state.acknowledged += 1;
      await delay(isAnswered ? PACE_MS : AFTER_FAILURE_MS);
    }
  }

  async function once(own: Registration[], n: number): Promise<true> {
    // What became of an unanswered change is settled when the client is read back, not before.
    const known = own.filter(({ deleted, uncertain }) => !deleted && uncertain === null);
    const target = known[Math.floor(random() * known.length)];
    const dice = random();
    if (target === undefined || dice < 0.6) own.push(await register(load, n));
    else if (dice < 0.8) await update(load, target, n);
    else if (dice < 0.93) await rotate(load, target);
    else await remove(load, target);
    return true;
  }

  return {
    acknowledged: () => state.acknowledged,
    async pause() {
      state.isPaused = true;
      while (state.underWay > 0) await delay(5);
    },
    resume() {
      state.isPaused = false;
    },
    async stop() {
      state.isStopped = true;
      await Promise.all(callers);
      return [...new Set(broken)];
    },
  };
}

/**
 * 503: unknown, the change may still appear (design §8).
 *
 * @throws Error for a 503 that does not say when to come back
 */
function isUnknown(response: Response): boolean {
  if (response.status === 503 && response.headers.get('retry-after') === null)
    throw new Error('503 without Retry-After');
  return response.status === 503;
}
