import type { EventLog, StoredEvent } from '@rollbook/event-log';

/** Below the idle limits of common proxies, which begin at 30 s. */
export const HEARTBEAT_MS = 15_000;
/** Events per read: a slow reader holds this much in memory, not more. */
const BATCH = 100;
/** Milliseconds after which a browser's EventSource connects again. */
const RETRY_MS = 2_000;

type Followed = Pick<EventLog, 'readAll' | 'waitAfter'>;

/**
 * The events after a position as server-sent events, for as long as `signal` lets it run; a comment in every silence of
 * `heartbeatMs`. Ends quietly when the signal is aborted, and throws when the log fails.
 *
 * @see WHATWG HTML §9.2
 */
export async function* serverSentEvents(input: {
  log: Followed;
  after: number;
  signal: AbortSignal;
  heartbeatMs?: number;
}): AsyncGenerator<string> {
  const { log, signal, heartbeatMs = HEARTBEAT_MS } = input;
  let position = input.after;
  // Said at once, so that the answer's head goes out and the reader knows that it is connected.
  yield `retry: ${RETRY_MS}\n: after ${position}\n\n`;
  while (!signal.aborted) {
    const events = await log.readAll({ after: position, limit: BATCH });
    const last = events.at(-1);
    if (last !== undefined) {
      position = last.position;
      yield events.map(frame).join('');
    } else if ((await news(log, position, { signal, heartbeatMs })) === 'silence') yield ':\n\n';
  }
}

/** One event: its position as id, its type, its stored octets. JSON text as we store it has no line breaks. */
export function frame({ position, text }: StoredEvent): string {
  const { type } = JSON.parse(text) as { type: string };
  return `id: ${position}\nevent: ${type}\ndata: ${text}\n\n`;
}

/** Waits for an event behind `position`, at most for a heartbeat. */
async function news(
  log: Followed,
  position: number,
  { signal, heartbeatMs }: { signal: AbortSignal; heartbeatMs: number },
): Promise<'events' | 'silence' | 'stopped'> {
  // A signal that is aborted already says so no more.
  if (signal.aborted) return 'stopped';
  // Not AbortSignal.any with AbortSignal.timeout: a stream that lives for weeks would collect one listener a wait.
  const wait = new AbortController();
  const stop = () => wait.abort();
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, heartbeatMs);
  try {
    await log.waitAfter(position, wait.signal);
    return 'events';
  } catch (error) {
    if (!wait.signal.aborted) throw error;
    return signal.aborted ? 'stopped' : 'silence';
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
