import type { Random } from '@rollbook/credentials';
import type { Clock, HealthRegistry, Logger, Registry } from '@rollbook/platform';
import type { Projector } from './projector.js';

/** Everything that the projector's HTTP application needs and does not make itself. */
export type ProjectorParts = {
  logger: Logger;
  metrics: Registry;
  health: HealthRegistry;
  clock: Clock;
  random: Random;
  projector: Pick<Projector, 'status' | 'notLiving' | 'notReady' | 'stageLags'>;
};

/** Injection token of {@link ProjectorParts}. */
export const PARTS = Symbol('ProjectorParts');
