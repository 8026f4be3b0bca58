import type { StateBatch } from './state-batches.js';

/** Of all partitions together, so that a transaction stays short, and what is held for it small. */
const MAX_TRANSACTION_OCTETS = 2 * 1024 * 1024;

/**
 * Groups the batches of several partitions into transactions: the next batch of every partition that has one, as many as
 * the octets allow. Batches are made when their transaction is asked for, and no sooner: a backlog is never held whole.
 *
 * A partition whose batches fail does not hold the others back: what they have goes first, then it is thrown.
 *
 * @param partitions the batches of one partition each, in order
 * @param maxOctets for tests; a batch that is greater goes by itself
 */
export async function* stateRounds(
  partitions: readonly AsyncIterator<StateBatch, void>[],
  maxOctets = MAX_TRANSACTION_OCTETS,
): AsyncGenerator<readonly StateBatch[], void> {
  let open = partitions;
  const failures: unknown[] = [];
  while (open.length > 0) {
    let round: StateBatch[] = [];
    let octets = 0;
    const goOn: AsyncIterator<StateBatch, void>[] = [];
    for (const batches of open) {
      const next = await batches.next().catch((error: unknown) => {
        failures.push(error);
        return { done: true, value: undefined } as const;
      });
      if (next.done === true) continue;
      goOn.push(batches);
      if (round.length > 0 && octets + next.value.octets > maxOctets) {
        yield round;
        [round, octets] = [[], 0];
      }
      round.push(next.value);
      octets += next.value.octets;
    }
    if (round.length > 0) yield round;
    if (failures.length > 0) throw failures[0];
    open = goOn;
  }
}
