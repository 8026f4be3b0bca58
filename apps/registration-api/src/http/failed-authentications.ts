import { Counter } from '@rollbook/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { RateLimits } from './rate-limits.js';

export type TokenKind = 'initial_access_token' | 'registration_access_token' | 'admin' | 'auditor';

/** Counts failed authentications, logs them without personal data, and slows an address down that has too many. */
@Injectable()
export class FailedAuthentications {
  readonly #limits: RateLimits;
  readonly #counter: Counter<'kind'>;
  readonly #parts: RegistrationApiParts;

  constructor(@Inject(PARTS) parts: RegistrationApiParts, @Inject(RateLimits) limits: RateLimits) {
    this.#parts = parts;
    this.#limits = limits;
    this.#counter = new Counter({
      name: 'rollbook_authentication_failures_total',
      help: 'Requests with a token that is not valid, by kind of token',
      labelNames: ['kind'],
      registers: [parts.metrics],
    });
  }

  /** @throws RegistrationError `too_many_requests` instead of the 401 that the caller was about to give */
  async count(request: FastifyRequest, kind: TokenKind): Promise<void> {
    this.#counter.inc({ kind });
    this.#parts.logger.info({ requestId: request.id, name: kind }, 'authentication failed');
    await this.#limits.countFailure(request);
  }
}
