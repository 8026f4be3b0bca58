import { Gauge, type Registry } from '@rollbook/platform';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { lagOf } from '../admin/lag.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';

/** Prometheus metrics. Those of the projections are read when they are asked for. */
@Controller('metrics')
export class MetricsController {
  readonly #parts: RegistrationApiParts;
  readonly #gauges: ReturnType<typeof projectionGauges>;

  constructor(@Inject(PARTS) parts: RegistrationApiParts) {
    this.#parts = parts;
    this.#gauges = projectionGauges(parts.metrics);
  }

  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { metrics } = this.#parts;
    // Before the page is written, not while: a registry asks its metrics in no order, so one that sets others
    // while it is asked would show them as they were at the request before.
    await this.#readProjections();
    void reply.type(metrics.contentType).send(await metrics.metrics());
  }

  async #readProjections(): Promise<void> {
    const { log, readModels, clock } = this.#parts;
    const { lagEvents, lagSeconds, parked, head } = this.#gauges;
    head.set(await log.head());
    for (const { name, position, parked: clients } of await readModels.projections()) {
      const lag = await lagOf(log, position, clock());
      lagEvents.set({ projection: name }, lag.head - lag.position);
      lagSeconds.set({ projection: name }, lag.lagSeconds);
      parked.set({ projection: name }, clients);
    }
  }
}

function projectionGauges(registry: Registry) {
  const registers = [registry];
  const labelNames = ['projection'] as const;
  return {
    lagEvents: new Gauge({
      name: 'rollbook_projection_lag_events',
      help: 'Events between the head of the log and the read model',
      labelNames,
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'rollbook_projection_lag_seconds',
      help: 'Age of the oldest event that the read model does not hold yet; 0 when it holds all',
      labelNames,
      registers,
    }),
    parked: new Gauge({
      name: 'rollbook_projection_parked',
      help: 'Clients with an event that could not be applied',
      labelNames,
      registers,
    }),
    head: new Gauge({ name: 'rollbook_log_head', help: 'Position of the newest event', registers }),
  };
}
