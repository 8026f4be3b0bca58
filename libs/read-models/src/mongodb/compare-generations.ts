import { isDeepStrictEqual } from 'node:util';
import type { EventLogReader } from '@rollbook/event-log';
import { checkClient } from './check-client.js';
import type { GenerationCollections } from './models-database.js';
import type { StoredClient } from './stored-client.js';

/** Documents of each generation in memory at a time; one is 1 KB as a rule, and 64 KiB at most. */
const RANGE = 250;

export type Comparison = {
  live: GenerationCollections;
  next: GenerationCollections;
  log: Pick<EventLogReader, 'readStream'>;
  /** Positions up to which the generations have everything; read before the range. */
  marks: { live: number; next: number };
};

/** Two folds of a client differ, so the new generation must not be used. */
export class RebuildRefused extends Error {
  override readonly name = 'RebuildRefused';
}

/**
 * Compares the next range of clients of two generations. Pairs that are equal are right: they were folded apart. The
 * others may only be at different versions, so each is settled by a third fold, at its own version: one of the new
 * generation has to be as the fold says, one of the live generation that is not counts as a difference.
 *
 * @param after client_id that the range begins after; '' = the first
 * @returns how many live documents differ, and the client_id up to which was compared; null when that was the end
 * @throws RebuildRefused
 */
export async function compareRange(
  { live, next, log, marks }: Comparison,
  after: string,
): Promise<{ differences: number; comparedTo: string | null }> {
  const [ours, theirs] = await Promise.all([rangeOf(live, after), rangeOf(next, after)]);
  // A full page may go on where the other one has ended: only up to its end are both known.
  const ends = [ours, theirs].filter((page) => page.length === RANGE).map((page) => page.at(-1)?._id ?? '');
  const comparedTo = ends.length === 0 ? null : ends.reduce((a, b) => (a < b ? a : b));
  const stored = new Map(ours.map((client) => [client._id, client]));
  const fresh = new Map(theirs.map((client) => [client._id, client]));
  let differences = 0;
  for (const client_id of new Set([...stored.keys(), ...fresh.keys()])) {
    if (comparedTo !== null && client_id > comparedTo) continue;
    if (isDeepStrictEqual(stored.get(client_id), fresh.get(client_id))) continue;
    const wrong = await checkClient(next, log, client_id, marks.next);
    // A phantom of the live generation is none of the new one's.
    if (wrong !== null)
      throw new RebuildRefused(`two folds of ${client_id} differ: the model was not replaced`);
    if ((await checkClient(live, log, client_id, marks.live)) !== null) differences += 1;
  }
  return { differences, comparedTo };
}

const rangeOf = ({ clients }: GenerationCollections, after: string): Promise<StoredClient[]> =>
  clients
    .find({ _id: { $gt: after } })
    .sort({ _id: 1 })
    .limit(RANGE)
    .lean<StoredClient[]>()
    .exec();
