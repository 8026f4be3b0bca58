import { setTimeout as delay } from 'node:timers/promises';
import type { ReadModels, ReplayProgress } from '@rollbook/read-models';

/**
 * A replay as NDJSON: how far it is about every `everyMs`, `{"position","head"}`, and in the last line its report. When
 * it fails, the last line is an error as everywhere: the status was sent long before.
 *
 * @param signal ends the replay; the lines then end without a report
 */
export async function* replayLines(input: {
  readModels: Pick<ReadModels, 'replay'>;
  signal: AbortSignal;
  everyMs?: number;
  onFailure: (error: unknown) => void;
}): AsyncGenerator<string> {
  const { readModels, signal, everyMs = 1_000 } = input;
  let progress: ReplayProgress | null = null;
  const outcome = readModels
    .replay({
      signal,
      onProgress: (reached) => void (progress = { position: reached.position, head: reached.head }),
    })
    .then(
      (report) => ({ line: report as object }),
      (error: unknown) => ({ error }),
    );
  for (;;) {
    const tick = new AbortController();
    const ended = await Promise.race([outcome, delay(everyMs, null, { signal: tick.signal })]);
    if (ended === null) {
      if (progress !== null) yield `${JSON.stringify(progress)}\n`;
      continue;
    }
    tick.abort();
    if ('line' in ended) yield `${JSON.stringify(ended.line)}\n`;
    else if (!signal.aborted) {
      input.onFailure(ended.error);
      yield `${JSON.stringify({ error: 'server_error', error_description: 'the replay failed; the log says why' })}\n`;
    }
    return;
  }
}
