import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PARTS, type ProjectorParts } from '../parts.js';
import { StatusGauges } from './status-gauges.js';

/** Prometheus metrics. What is a state is read when it is asked for. */
@Controller('metrics')
export class MetricsController {
  readonly #parts: ProjectorParts;
  readonly #gauges: StatusGauges;

  constructor(@Inject(PARTS) parts: ProjectorParts) {
    this.#parts = parts;
    this.#gauges = new StatusGauges(parts.metrics);
  }

  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { logger, metrics, projector } = this.#parts;
    this.#gauges.show(projector.status());
    try {
      this.#gauges.showLags(await projector.stageLags());
    } catch (err) {
      // The database is away: that is when the other figures are needed most.
      this.#gauges.showLags([]);
      logger.warn({ err }, 'the lag cannot be read');
    }
    void reply.type(metrics.contentType).send(await metrics.metrics());
  }
}
