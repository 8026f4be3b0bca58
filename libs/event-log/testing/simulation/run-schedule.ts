import { setImmediate } from 'node:timers/promises';
import type { Append, Appended } from '../../src/event-log.js';
import { LogUnavailable, VersionConflict } from '../../src/refusals.js';
import { Appender } from '../../src/drivers/mongodb/appender.js';
import type { LogCollection } from '../../src/drivers/mongodb/log-collection.js';
import { endOf, type LogDocument } from '../../src/drivers/mongodb/log-document.js';
import { logReads } from '../../src/drivers/mongodb/log-reads.js';
import { LogTail } from '../../src/drivers/mongodb/log-tail.js';
import { StreamPlaces } from '../../src/drivers/mongodb/stream-places.js';
import type { Mutation } from './mutations.js';
import { ReplicaSet } from './replica-set.js';
import { Scheduler } from './scheduler.js';
import { type NetworkFaults, simulatedCollection } from './simulated-collection.js';

/** One command and everything that its caller was told about it. */
export type Outcome = {
  append: Append;
  answers: (Appended | 'conflict' | 'unknown' | 'not written' | 'crashed')[];
};

/** What a schedule left behind. */
export type Ran = {
  /** the log as every majority has it, in the order of the database */
  documents: LogDocument[];
  outcomes: Outcome[];
  /** rules of sending that were broken on the way */
  broken: string[];
  /** acknowledgements of a document that stands elsewhere than it was sent to last */
  landedElsewhere: number;
  steps: number;
};

export type ScheduleOptions = { seed: number; faults: boolean; mutation?: Mutation };

const STREAMS = 3;
const PROCESSES = 2;
const CALLERS = 5;
const COMMANDS_PER_CALLER = 2;
const ATTEMPTS = 3;
const MOST_STEPS = 100_000;
const APPEND_TIME_MS = 400;

const CALM: NetworkFaults = { lost: 0, doubled: 0, late: 0, answerLost: 0, writeConcernError: 0 };

type Process = {
  appender: Appender;
  readVersion(streamId: string): Promise<number>;
  dies: Promise<'crashed'>;
  die(): void;
};

/** Runs the appenders of several processes against a simulated replica set, until nothing is under way any more. */
export async function runSchedule({ seed, faults, mutation }: ScheduleOptions): Promise<Ran> {
  const scheduler = new Scheduler(seed);
  const { random } = scheduler;
  const set = new ReplicaSet(scheduler);
  const broken: string[] = [];
  const outcomes: Outcome[] = [];
  const sentTo = new Map<string, number>();
  let landedElsewhere = 0;
  // each schedule has troubles of its own kind
  const probability = (most: number): number => (scheduler.chance(0.5) ? random() * most : 0);
  const troubles: NetworkFaults = {
    lost: probability(0.3),
    doubled: probability(0.4),
    late: probability(0.4),
    answerLost: probability(0.4),
    writeConcernError: probability(0.5),
  };
  const often = { timer: 0.02 + probability(0.2), replicate: 0.1 + random() * 0.5, chaos: probability(0.12) };
  let stormy = faults;

  const startProcess = (): Process => {
    let alive = true;
    let die = (): void => {};
    const dies = new Promise<'crashed'>((resolve) => {
      die = () => {
        alive = false;
        scheduler.wake(() => resolve('crashed'));
      };
    });
    const isAlive = (): boolean => alive;
    const plain = simulatedCollection({
      set,
      scheduler,
      faults: () => (stormy ? troubles : CALM),
      weakness: mutation?.weakness ?? {},
      isAlive,
    });
    const collection = watchSending(mutation?.wrap(plain) ?? plain, { set, broken, sentTo });
    const places = new StreamPlaces(collection);
    const tail = new LogTail(collection, scheduler.clock(isAlive), {
      restored: () => broken.push('a log that only grew counts as restored'),
    });
    const appender = new Appender({
      collection,
      places,
      tail,
      clock: scheduler.clock(isAlive),
      random,
      maxInFlight: 100,
      appendTimeMs: APPEND_TIME_MS,
      onAppended: () => {},
    });
    const { readStream } = logReads({ collection, places, tail });
    return { appender, dies, die, readVersion: async (streamId) => (await readStream(streamId)).length };
  };
  const processes = Array.from({ length: PROCESSES }, startProcess);

  const call = async (caller: number): Promise<void> => {
    const memory = new Map<string, number>();
    for (let i = 0; i < COMMANDS_PER_CALLER; i++) {
      const streamId = `s${Math.floor(random() * STREAMS)}`;
      const expectedVersion = await versionFor(streamId, memory);
      const name = `${caller}.${i}`;
      const count = 1 + Math.floor(random() * 3);
      const events = Array.from({ length: count }, (_, event) => `${name}.${event}`);
      const append: Append = { streamId, expectedVersion, events, commitId: name };
      const outcome: Outcome = { append, answers: [] };
      outcomes.push(outcome);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const answer = await answerOf(pickProcess(), append);
        outcome.answers.push(answer);
        if (typeof answer === 'object') memory.set(streamId, answer.streamVersion);
        if (typeof answer === 'object' && answer.position !== sentTo.get(name)) landedElsewhere++;
        if (typeof answer === 'object' || answer === 'conflict' || scheduler.chance(0.2)) break;
      }
    }
  };
  const pickProcess = (): Process => scheduler.pick(processes) ?? startProcess();
  /** As a caller knows it: from an acknowledgement, or by reading. */
  const versionFor = async (streamId: string, memory: ReadonlyMap<string, number>): Promise<number> => {
    const known = memory.get(streamId);
    if (known !== undefined && scheduler.chance(0.5)) return known;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const process = pickProcess();
      const version = await Promise.race([
        process.readVersion(streamId).catch(onlyUnavailable),
        process.dies,
      ]);
      if (typeof version === 'number') return version;
    }
    return known ?? 0;
  };

  const chaos: readonly (() => void)[] = [
    () => set.elect(),
    () => set.elect(),
    () => set.stop(),
    () => set.cutOff(),
    () => set.heal(),
    () => {
      const i = Math.floor(random() * processes.length);
      processes[i]?.die();
      processes[i] = startProcess();
    },
  ];

  let calling = CALLERS;
  let failure: unknown = null;
  for (let caller = 0; caller < CALLERS; caller++) {
    call(caller)
      .catch((error: unknown) => (failure ??= error))
      .finally(() => calling--);
  }
  let steps = 0;
  const stormSteps = 150 + random() * 400;
  for (;;) {
    if (scheduler.hasWoken) await setImmediate();
    scheduler.hasWoken = false;
    if (failure !== null) throw failure;
    if (++steps > MOST_STEPS) throw new Error(`seed ${seed} does not come to an end`);
    stormy &&= steps <= stormSteps;
    if (!stormy) set.heal();
    if (stormy && scheduler.chance(often.chaos)) scheduler.pick(chaos)?.();
    else if (stormy && scheduler.hasTimers && scheduler.chance(often.timer)) scheduler.runTimer();
    else if (scheduler.chance(often.replicate) && set.isReplicating()) set.replicate();
    else if (scheduler.hasTasks) scheduler.runTask();
    else if (set.isReplicating()) set.replicate();
    else if (scheduler.hasTimers) scheduler.runTimer();
    else if (calling === 0 && !stormy) break;
    else if (!stormy) throw new Error(`seed ${seed}: nothing goes on, but a caller has no answer`);
  }
  return {
    documents: set.history.flatMap(({ document }) => document ?? []),
    outcomes,
    broken,
    landedElsewhere,
    steps,
  };
}

async function answerOf({ appender, dies }: Process, append: Append): Promise<Outcome['answers'][number]> {
  try {
    return await Promise.race([appender.append(append), dies]);
  } catch (error) {
    if (error instanceof VersionConflict) return 'conflict';
    if (error instanceof LogUnavailable) return error.outcome;
    throw error;
  }
}

function onlyUnavailable(error: unknown): null {
  if (error instanceof LogUnavailable) return null;
  throw error;
}

/** Every request continues what a majority has, and is consecutive in itself. */
function watchSending(
  collection: LogCollection,
  { set, broken, sentTo }: { set: ReplicaSet; broken: string[]; sentTo: Map<string, number> },
): LogCollection {
  return {
    ...collection,
    insertOrdered(documents) {
      let end = documents[0] === undefined ? 0 : documents[0]._id - 1;
      const committed = set.history.reduce((most, { document }) => Math.max(most, endOf(document)), 0);
      if (end > committed) broken.push(`sent after position ${end}, a majority has ${committed}`);
      for (const document of documents) {
        if (document._id !== end + 1) broken.push(`sent ${document._id} after ${end} in one request`);
        end = endOf(document);
        sentTo.set(commandOf(document), end);
      }
      return collection.insertOrdered(documents);
    },
  };
}

/** A command's texts are its name and a number. */
const commandOf = ({ events: [first = ''] }: LogDocument): string => first.slice(0, first.lastIndexOf('.'));
