import type { Clock } from './log-collection.js';

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  pause: (ms) =>
    new Promise((resolve) => {
      if (ms === 0) setImmediate(resolve);
      else setTimeout(resolve, ms).unref();
    }),
};
