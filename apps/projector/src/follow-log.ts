import type { EventLog } from '@rollbook/event-log';
import type { ReadModels } from '@rollbook/read-models';

/** After a failure to wait for the log, in milliseconds: the read models look for events by themselves meanwhile. */
const PAUSE_MS = 1000;

/**
 * Wakes the read models whenever the log has grown, whoever appended. Ends when the signal is aborted; a log that is
 * not available for now ends nothing.
 *
 * @param onFailure told of each failure to wait for the log
 */
export async function followLog(
  log: Pick<EventLog, 'waitAfter'>,
  models: Pick<ReadModels, 'wake'>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<void> {
  let position = 0;
  while (!signal.aborted) {
    try {
      position = await log.waitAfter(position, signal);
      models.wake();
    } catch (error) {
      if (signal.aborted) return;
      onFailure(error);
      await pause(PAUSE_MS, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
