import type { EventLogReader } from '@rollbook/event-log';
import { lagOf } from '../../../registration-api/src/admin/lag.js';

/** published: from the log to Kafka; projected: from Kafka to the live read model. */
export type Stage = 'published' | 'projected';

/** How far a stage is behind the one before it. */
export type StageLag = {
  stage: Stage;
  events: number;
  /** Age of the oldest event that the stage before has and this one has not; 0 when there is none. */
  seconds: number;
};

/**
 * @param at positions up to which everything is on Kafka, and in the live model
 * @param now of the clock
 */
export async function stageLags(
  log: EventLogReader,
  at: { published: number; projected: number },
  now: Date,
): Promise<StageLag[]> {
  const toKafka = await lagOf(log, at.published, now);
  // A model can be ahead of what the publisher has noted down.
  const behind = Math.max(0, at.published - at.projected);
  const toModel = behind === 0 ? 0 : (await lagOf(log, at.projected, now)).lagSeconds;
  return [
    { stage: 'published', events: toKafka.head - toKafka.position, seconds: toKafka.lagSeconds },
    { stage: 'projected', events: behind, seconds: toModel },
  ];
}
