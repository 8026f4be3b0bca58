import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '@rollbook/event-log';
import { command, newStream } from './event-texts.js';

const MOST_VERSIONS = 8;

/** Appends on many streams at once, until it is stopped; an append that the log refuses ends it with that error. */
export function startLoad(
  log: EventLog,
  { callers = 4, padding = 200, pauseMs = 10 }: { callers?: number; padding?: number; pauseMs?: number } = {},
): { appended(): number; stop(): Promise<number> } {
  const stopping = new AbortController();
  let appended = 0;
  const call = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const streamId = newStream();
      for (let version = 0; !stopping.signal.aborted && version < MOST_VERSIONS;) {
        const events = 1 + (version % 2);
        const { streamVersion } = await log.append(command(streamId, version, events, 'x'.repeat(padding)));
        version = streamVersion;
        appended += events;
        await sleep(pauseMs);
      }
    }
  };
  const calls = Promise.all(Array.from({ length: callers }, call));
  /** Said by stop(), not by the process's end. */
  const over = Promise.allSettled([calls]);
  return {
    appended: () => appended,
    async stop() {
      stopping.abort();
      await over;
      await calls;
      return appended;
    },
  };
}
