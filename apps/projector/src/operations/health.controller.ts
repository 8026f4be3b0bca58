import { Controller, Get, Inject, Res } from '@nestjs/common';
import { healthAnswer } from '@rollbook/platform';
import type { FastifyReply } from 'fastify';
import { PARTS, type ProjectorParts } from '../parts.js';

/** For whoever runs the process: should it be replaced, and does it take part in the work? */
@Controller('health')
export class HealthController {
  readonly #parts: ProjectorParts;

  constructor(@Inject(PARTS) parts: ProjectorParts) {
    this.#parts = parts;
    // A living, idle process is a failure (design §8).
    parts.health.add('live', 'projector', () => parts.projector.notLiving());
    parts.health.add('ready', 'projector', () => parts.projector.notReady());
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
