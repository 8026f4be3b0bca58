import { Controller, Get, Inject, Res } from '@nestjs/common';
import { healthAnswer } from '@rollbook/platform';
import type { FastifyReply } from 'fastify';
import { PARTS, type RegistrationApiParts } from '../parts.js';

/** For whoever runs the process: should it be replaced, and may work come? */
@Controller('health')
export class HealthController {
  readonly #parts: RegistrationApiParts;

  constructor(@Inject(PARTS) parts: RegistrationApiParts) {
    this.#parts = parts;
  }

  @Get('live')
  live(@Res() reply: FastifyReply): Promise<void> {
    return this.#answer('live', reply);
  }

  @Get('ready')
  ready(@Res() reply: FastifyReply): Promise<void> {
    return this.#answer('ready', reply);
  }

  async #answer(kind: 'live' | 'ready', reply: FastifyReply): Promise<void> {
    const { status, headers, body } = healthAnswer(await this.#parts.health.report(kind));
    void reply.code(status).headers(headers).send(body);
  }
}
