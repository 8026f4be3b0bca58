import { setTimeout as delay } from 'node:timers/promises';

const TRY_AGAIN_MS = 1_000;
/** Tries between two lines that say that it still waits: half a minute, more while a try takes its time. */
const SAY_EVERY = 30;

/**
 * Opens what stands on a server that may not be there yet: tries again until it is.
 *
 * @param open leaves nothing open when it fails
 * @param isOutage whether an error means that the server does not answer; anything else is thrown
 * @param say told at the first failure and now and then, with the last one
 */
export async function openPatiently<Opened>(
  open: () => Promise<Opened>,
  isOutage: (error: unknown) => boolean,
  say: (error: unknown) => void,
  tryAgainMs: number = TRY_AGAIN_MS,
): Promise<Opened> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await open();
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (failures % SAY_EVERY === 0) say(error);
      await delay(tryAgainMs);
    }
  }
}
