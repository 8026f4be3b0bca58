import { RebuildRunning } from '../read-models.js';

/** Goes up with every change of what is stored or of what `project` gives: such a release makes a generation of its own. */
export const FORMAT = 1;

export type GenerationRecord = {
  generation: number;
  /** dropping: not followed any more, so that its collections can go. */
  state: 'live' | 'building' | 'retired' | 'dropping';
  format: number;
  /** RFC 3339: in this state since. */
  since: string;
};

export type RebuildRecord = {
  generation: number;
  state: 'folding' | 'indexing' | 'comparing' | 'failed';
  reason: string;
  startedAt: string;
  /** Head of the log when it was asked for: the new generation is at least as far before it is used. */
  head: number;
  differences: number | null;
  /** The comparison is done up to and with this client_id. */
  comparedTo: string | null;
  error: string | null;
  /** Who brings it forward. `beat` goes up while that process is alive. */
  coordinator: { holder: string; beat: number } | null;
};

/** The one document of `models`: which generations there are and what becomes of them. All changes are compare-and-set. */
export type ModelsRecord = {
  _id: 'clients';
  /** Goes up with every change. */
  revision: number;
  /** The highest generation that there ever was: numbers are never used again. */
  newest: number;
  generations: GenerationRecord[];
  rebuild: RebuildRecord | null;
  rebuilt: { reason: string; finishedAt: string; differences: number | null } | null;
};

/** A change of the record: the next one, or null when there is nothing to change. Pure, and may be tried again. */
export type Transition = (record: ModelsRecord) => ModelsRecord | null;

/** The record of an empty database. `now`: RFC 3339, as everywhere here. */
export function firstRecord(now: string): ModelsRecord {
  return {
    _id: 'clients',
    revision: 1,
    newest: 1,
    generations: [{ generation: 1, state: 'live', format: FORMAT, since: now }],
    rebuild: null,
    rebuilt: null,
  };
}

/** The generation in a state that only one can have. */
export const generationIn = (
  record: ModelsRecord,
  state: 'live' | 'building',
): GenerationRecord | undefined => record.generations.find((generation) => generation.state === state);

const isRunning = ({ rebuild }: ModelsRecord): boolean => rebuild !== null && rebuild.state !== 'failed';

const moved = (
  { generations }: ModelsRecord,
  to: ReadonlyMap<number, GenerationRecord['state']>,
  now: string,
): GenerationRecord[] =>
  generations.map((generation) => {
    const state = to.get(generation.generation);
    return state === undefined ? generation : { ...generation, state, since: now };
  });

/**
 * Adds the generation that is to take the place of the live one.
 *
 * @throws RebuildRunning when there is one already
 */
export const requestRebuild =
  (reason: string, head: number, now: string): Transition =>
  (record) => {
    if (isRunning(record)) throw new RebuildRunning('a rebuild is running already');
    const generation = record.newest + 1;
    return {
      ...record,
      newest: generation,
      generations: [...record.generations, { generation, state: 'building', format: FORMAT, since: now }],
      rebuild: {
        generation,
        state: 'folding',
        reason,
        startedAt: now,
        head,
        differences: null,
        comparedTo: null,
        error: null,
        coordinator: null,
      },
    };
  };

/** Takes the coordination of the running rebuild, if it is still as it was seen. */
export const takeOver =
  (holder: string, seen: RebuildRecord['coordinator']): Transition =>
  (record) => {
    const { rebuild } = record;
    if (rebuild === null || !isRunning(record)) return null;
    const { coordinator } = rebuild;
    if (coordinator?.holder !== seen?.holder || coordinator?.beat !== seen?.beat) return null;
    return { ...record, rebuild: { ...rebuild, coordinator: { holder, beat: (seen?.beat ?? 0) + 1 } } };
  };

/** A change by the coordinator: nothing happens once another has taken over, or the rebuild is another one. */
const byCoordinator =
  (
    { holder, generation }: { holder: string; generation: number },
    change: (record: ModelsRecord, rebuild: RebuildRecord) => ModelsRecord,
  ): Transition =>
  (record) => {
    const { rebuild } = record;
    if (rebuild === null || !isRunning(record)) return null;
    if (rebuild.generation !== generation || rebuild.coordinator?.holder !== holder) return null;
    return change(record, rebuild);
  };
export type Coordination = { holder: string; generation: number };

/** Says that the coordinator lives, and how far the rebuild is. */
export const proceed = (
  coordination: Coordination,
  progress: Partial<Pick<RebuildRecord, 'state' | 'differences' | 'comparedTo'>>,
): Transition =>
  byCoordinator(coordination, (record, rebuild) => ({
    ...record,
    rebuild: {
      ...rebuild,
      ...progress,
      coordinator: { holder: coordination.holder, beat: (rebuild.coordinator?.beat ?? 0) + 1 },
    },
  }));

/** Puts the new generation in the place of the live one: from the next query on, readers use it. */
export const switchOver = (coordination: Coordination, now: string): Transition =>
  byCoordinator(coordination, (record, rebuild) => {
    const live = generationIn(record, 'live');
    const to = new Map<number, GenerationRecord['state']>([[coordination.generation, 'live']]);
    if (live !== undefined) to.set(live.generation, 'retired');
    return {
      ...record,
      generations: moved(record, to, now),
      rebuild: null,
      rebuilt: { reason: rebuild.reason, finishedAt: now, differences: rebuild.differences },
    };
  });

/** Ends the rebuild; the live generation stays, what was built can go at once. */
export const failRebuild = (coordination: Coordination, error: string, now: string): Transition =>
  byCoordinator(coordination, (record, rebuild) => ({
    ...record,
    generations: moved(record, new Map([[coordination.generation, 'dropping']]), now),
    rebuild: { ...rebuild, state: 'failed', error, coordinator: null },
  }));

/** Generations that have been in a state for at least so many milliseconds. */
export function overdue(
  { generations }: ModelsRecord,
  state: GenerationRecord['state'],
  forMs: number,
  now: string,
): number[] {
  return generations
    .filter((entry) => entry.state === state && Date.parse(now) - Date.parse(entry.since) >= forMs)
    .map(({ generation }) => generation);
}

/** Lets nobody follow a retired generation any more. */
export const stopFollowing =
  (generations: readonly number[], now: string): Transition =>
  (record) => {
    const retired = record.generations.filter(
      ({ generation, state }) => state === 'retired' && generations.includes(generation),
    );
    if (retired.length === 0) return null;
    const to = new Map(retired.map(({ generation }) => [generation, 'dropping' as const]));
    return { ...record, generations: moved(record, to, now) };
  };

/** Forgets generations whose collections are gone. */
export const forget =
  (gone: readonly number[]): Transition =>
  (record) => {
    const generations = record.generations.filter(
      ({ generation, state }) => state !== 'dropping' || !gone.includes(generation),
    );
    return generations.length === record.generations.length ? null : { ...record, generations };
  };
