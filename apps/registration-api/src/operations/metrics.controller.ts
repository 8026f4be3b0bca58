import { Gauge } from '@rollbook/platform';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { lagOf } from '../admin/lag.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';

/** Prometheus metrics. Those of the projections are read when they are asked for. */
@Controller('metrics')
export class MetricsController {
  readonly #parts: RegistrationApiParts;

  constructor(@Inject(PARTS) parts: RegistrationApiParts) {
    this.#parts = parts;
    const { log, readModels, clock } = parts;
    const registers = [parts.metrics];
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
    const head = new Gauge({
      name: 'rollbook_log_head',
      help: 'Position of the newest event',
      registers,
      async collect() {
        head.set(await log.head());
        for (const { name, position, parked: count } of await readModels.projections()) {
          const lag = await lagOf(log, position, clock());
          lagEvents.set({ projection: name }, lag.head - lag.position);
          lagSeconds.set({ projection: name }, lag.lagSeconds);
          parked.set({ projection: name }, count);
        }
      },
    });
  }

  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { metrics } = this.#parts;
    void reply.type(metrics.contentType).send(await metrics.metrics());
  }
}
