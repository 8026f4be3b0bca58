import { Gauge, type Registry } from '@rollbook/platform';
import { lagOf } from '../admin/lag.js';
import type { RegistrationApiParts } from '../parts.js';

/** The log's head and how far the read models are behind it, read when they are asked for. */
export function projectionGauges(registry: Registry) {
  const registers = [registry];
  const labelNames = ['projection'] as const;
  const lagEvents = new Gauge({
    name: 'rollbook_projection_lag_events',
    help: 'Events between the head of the log and the read model',
    labelNames,
    registers,
  });
  const lagSeconds = new Gauge({
    name: 'rollbook_projection_lag_seconds',
    help: 'Age of the oldest event that the read model does not hold yet; 0 when it holds all',
    labelNames,
    registers,
  });
  const parked = new Gauge({
    name: 'rollbook_projection_parked',
    help: 'Clients with an event that could not be applied',
    labelNames,
    registers,
  });
  const head = new Gauge({ name: 'rollbook_log_head', help: 'Position of the newest event', registers });
  return {
    async read({ log, readModels, clock }: RegistrationApiParts): Promise<void> {
      head.set(await log.head());
      for (const { name, position, parked: clients } of await readModels.projections()) {
        const lag = await lagOf(log, position, clock());
        lagEvents.set({ projection: name }, lag.head - lag.position);
        lagSeconds.set({ projection: name }, lag.lagSeconds);
        parked.set({ projection: name }, clients);
      }
    },
    forget(): void {
      for (const gauge of [lagEvents, lagSeconds, parked]) gauge.reset();
      // `reset` would leave a gauge without labels at 0, which it was not.
      head.remove();
    },
  };
}
