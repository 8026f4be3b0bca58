import { bufferedRandom } from '@rollbook/credentials';
import {
  createRegistry,
  HealthRegistry,
  kafkaSettings,
  type Logger,
  type PROJECTOR_VARIABLES,
  systemClock,
  type Values,
} from '@rollbook/platform';
import { BatchCounters } from './operations/batch-counters.js';
import type { ProjectorParts } from './parts.js';
import { Projector } from './projector.js';

/**
 * The parts of a projector process: MongoDB and Kafka. Nothing is reached here: that goes on in the background, from
 * now on, for as long as it takes.
 *
 * @param instance names this process among the others
 * @param onRefused the topics are not as they must be, with one sentence for each mistake
 */
export function compose(
  configuration: Values<typeof PROJECTOR_VARIABLES>,
  logger: Logger,
  instance: string,
  onRefused: (mistakes: readonly string[]) => void,
): { parts: ProjectorParts; close: () => Promise<void> } {
  const metrics = createRegistry();
  const { connection, topics } = kafkaSettings(configuration, `rollbook-projector-${instance}`);
  const projector = new Projector({
    mongodb: configuration.mongodb,
    connection,
    topics,
    instance,
    logger,
    counters: new BatchCounters(metrics),
    clock: systemClock,
    onRefused,
  });
  const parts = {
    logger,
    metrics,
    health: new HealthRegistry(),
    clock: systemClock,
    random: bufferedRandom(),
    projector,
  };
  return { parts, close: () => projector.close() };
}
