import { randomBytes, randomFillSync } from 'node:crypto';

/** Gives that many octets from a cryptographically secure generator; the caller owns the buffer. */
export type Random = (octets: number) => Buffer;

/** Octets drawn at once. A call into the generator costs about the same for 12 octets as for 4,096. */
const BLOCK_OCTETS = 4096;

/**
 * A {@link Random} that asks the system's generator once per 4,096 octets, because a registration needs half a dozen
 * small values and each call of its own costs about as much as the whole block.
 *
 * What it gives is a copy, and its own copy is overwritten at once, so that a used value is in one place only. Octets
 * not yet given lie in this process's memory, as the generator's own state does. Each thread makes its own.
 *
 * @throws RangeError when `octets` is not a whole number ≥ 0
 */
export function bufferedRandom(fill: (block: Buffer) => void = randomFillSync): Random {
  const block = Buffer.alloc(BLOCK_OCTETS);
  let used = BLOCK_OCTETS;
  return (octets) => {
    if (!Number.isSafeInteger(octets) || octets < 0)
      throw new RangeError('octets must be a whole number ≥ 0');
    if (octets > BLOCK_OCTETS / 4) return randomBytes(octets);
    if (used + octets > BLOCK_OCTETS) {
      fill(block);
      used = 0;
    }
    // Every octet is written by the next line.
    const given = Buffer.allocUnsafe(octets);
    block.copy(given, 0, used, used + octets);
    block.fill(0, used, used + octets);
    used += octets;
    return given;
  };
}
