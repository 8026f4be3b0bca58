import { Gauge } from '@rollbook/platform';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isOutage } from '../http/error-answer.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { projectionGauges } from './projection-gauges.js';
import { publishingGauges } from './publishing-gauges.js';

type Gauges = { read(parts: RegistrationApiParts): Promise<void>; forget(): void };

/** Prometheus metrics. Those of log, publishers and projections are read when they are asked for. */
@Controller('metrics')
export class MetricsController {
  readonly #parts: RegistrationApiParts;
  readonly #gauges: readonly Gauges[];
  readonly #storageUp: Gauge;

  constructor(@Inject(PARTS) parts: RegistrationApiParts) {
    const { metrics, publishing } = parts;
    this.#parts = parts;
    this.#gauges = [
      projectionGauges(metrics),
      ...(publishing === null ? [] : [publishingGauges(metrics, publishing)]),
    ];
    this.#storageUp = new Gauge({
      name: 'rollbook_storage_up',
      help: '1: log and read models could be read for this page; 0: what is read from them is missing from it',
      registers: [metrics],
    });
  }

  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    void reply.type(this.#parts.metrics.contentType).send(await this.page());
  }

  /** The page as it is now. */
  async page(): Promise<string> {
    // Before the page is written, not while: a registry asks its metrics in no order, so one that sets others
    // while it is asked would show them as they were at the request before.
    await this.#read();
    return this.#parts.metrics.metrics();
  }

  /** An outage of the storage must not hide the rest of the page, which is when it is needed. */
  async #read(): Promise<void> {
    try {
      for (const gauges of this.#gauges) await gauges.read(this.#parts);
      this.#storageUp.set(1);
    } catch (error) {
      if (!isOutage(error)) throw error;
      for (const gauges of this.#gauges) gauges.forget();
      this.#storageUp.set(0);
    }
  }
}
