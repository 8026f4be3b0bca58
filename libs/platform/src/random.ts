import { randomFillSync } from 'node:crypto';

/** Octets drawn from the operating system at a time: one call costs about as much as a hash, whatever it fills. */
const POOL_OCTETS = 8192;

/**
 * A source of random octets of the system's CSPRNG, drawn in larger portions. Each octet is given out once and wiped
 * from the pool.
 */
export function pooledRandom(): (octets: number) => Buffer {
  const pool = Buffer.alloc(POOL_OCTETS);
  let used = POOL_OCTETS;
  return (octets) => {
    if (octets > POOL_OCTETS) return randomFillSync(Buffer.alloc(octets));
    if (used + octets > POOL_OCTETS) {
      randomFillSync(pool);
      used = 0;
    }
    const taken = Buffer.from(pool.subarray(used, used + octets));
    pool.fill(0, used, used + octets);
    used += octets;
    return taken;
  };
}
