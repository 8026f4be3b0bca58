import { Gauge } from '@rollbook/platform';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
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
      help: 'Age of the newest projected event while others wait; 0 when none do',
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
        const newest = await log.head();
        head.set(newest);
        for (const { name, position, positionRecordedAt, parked: count } of await readModels.projections()) {
          const behind = Math.max(0, newest - position);
          lagEvents.set({ projection: name }, behind);
          parked.set({ projection: name }, count);
          const ageMs = positionRecordedAt === null ? 0 : clock().getTime() - Date.parse(positionRecordedAt);
          lagSeconds.set({ projection: name }, behind === 0 ? 0 : Math.max(0, ageMs / 1000));
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
