import { Controller, Get, Inject, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RegistrationError } from '@rollbook/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NoInput } from '../admin/inputs.js';
import { AuditorGuard } from '../http/staff-guard.js';
import { fromQuery } from '../input/input.pipe.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { NDJSON, OpenStreams } from './open-streams.js';
import { replayLines } from './replay-lines.js';

/** Folds the whole log again and compares. It costs a processor, so one at a time. */
@Controller('audit/replay')
@UseGuards(AuditorGuard)
export class AuditReplayController {
  readonly #parts: RegistrationApiParts;
  readonly #streams: OpenStreams;
  #running = false;

  constructor(@Inject(PARTS) parts: RegistrationApiParts, @Inject(OpenStreams) streams: OpenStreams) {
    this.#parts = parts;
    this.#streams = streams;
  }

  @Get()
  async replay(
    @Query(fromQuery(NoInput)) _query: NoInput,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (this.#running) throw new RegistrationError('conflict', 'a replay is running already');
    this.#running = true;
    const { readModels, logger } = this.#parts;
    const onFailure = (err: unknown) => logger.error({ requestId: request.id, err }, 'a replay failed');
    try {
      await this.#streams.send(request, reply, NDJSON, (signal) =>
        replayLines({ readModels, signal, onFailure }),
      );
    } finally {
      this.#running = false;
    }
  }
}
