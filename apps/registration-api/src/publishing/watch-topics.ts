import { setTimeout as delay } from 'node:timers/promises';
import { KafkaUnavailable, NotAPublishedEvent, TopicsRefused } from '@rollbook/event-relay';
import type { Logger } from '@rollbook/platform';

/** A start waits so long for Kafka, because a wrong topic should stop it before a request is answered. */
const START_WAITS_MS = 5_000;
const TRY_AGAIN_MS = 5_000;
/** Tries between two lines that say that Kafka still does not answer: some minutes. */
const SAY_EVERY = 30;

/**
 * Checks once what Kafka has, as soon as Kafka answers: registrations do not wait for that (design §8).
 *
 * @param check whether the topics are as they must be, and what else is to be learnt from Kafka
 * @param refused told when the topics are wrong and the start did not wait so long
 * @returns after the check, or as soon as it is clear that Kafka does not answer; `stop` ends the trying and waits for nothing
 * @throws TopicsRefused when topics are not as they must be
 */
export async function watchTopics(
  check: () => Promise<void>,
  logger: Pick<Logger, 'warn' | 'info'>,
  refused: (error: TopicsRefused) => void,
  times: { startWaitsMs: number; tryAgainMs: number } = {
    startWaitsMs: START_WAITS_MS,
    tryAgainMs: TRY_AGAIN_MS,
  },
): Promise<{ stop: () => void }> {
  const stopping = new AbortController();
  const pause = (ms: number) =>
    delay(ms, undefined, { signal: stopping.signal, ref: false }).catch((error: unknown) => {
      if (!stopping.signal.aborted) throw error;
    });
  const { promise: late, resolve: startGoesOn } = Promise.withResolvers<null>();

  const checkUntilDone = async (): Promise<TopicsRefused | null> => {
    for (let failures = 0; !stopping.signal.aborted; failures += 1) {
      try {
        await check();
        if (failures > 0) logger.info('Kafka answers, its topics are as they must be');
        return null;
      } catch (error) {
        if (error instanceof TopicsRefused) return error;
        if (!(error instanceof KafkaUnavailable || error instanceof NotAPublishedEvent)) throw error;
        if (failures % SAY_EVERY === 0) {
          logger.warn(
            { err: error },
            'Kafka does not answer: registrations are accepted, and published later',
          );
        }
        startGoesOn(null);
        await pause(times.tryAgainMs);
      }
    }
    return null;
  };

  const checking = checkUntilDone();
  const timer = setTimeout(() => startGoesOn(null), times.startWaitsMs);
  const inTime = await Promise.race([checking, late]);
  clearTimeout(timer);
  if (inTime !== null) throw inTime;
  void checking.then((error) => {
    if (error !== null && !stopping.signal.aborted) refused(error);
  });
  return { stop: () => stopping.abort() };
}
