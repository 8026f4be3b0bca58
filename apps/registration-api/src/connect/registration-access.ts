import { RegistrationError } from '@rollbook/protocol';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { bearerCredential } from '../http/bearer.js';
import { FailedAuthentications } from '../http/failed-authentications.js';
import { RateLimits } from '../http/rate-limits.js';

/** Who may register (RFC 7591 §3): anyone, as often as the address's limit allows (S7). */
@Injectable()
export class RegistrationAccess {
  readonly #failed: FailedAuthentications;
  readonly #limits: RateLimits;

  constructor(
    @Inject(FailedAuthentications) failed: FailedAuthentications,
    @Inject(RateLimits) limits: RateLimits,
  ) {
    this.#failed = failed;
    this.#limits = limits;
  }

  /**
   * No initial access token is issued, so one that is presented is unknown, also when registration is open (RFC 7591
   * §3.2.2). Another scheme is no initial access token: clients in the field send an empty `Basic` along.
   *
   * @throws RegistrationError `too_many_requests`, `invalid_token`
   */
  async admit(request: FastifyRequest): Promise<void> {
    await this.#limits.countRegistration(request);
    if (bearerCredential(request.headers.authorization).kind === 'none') return;
    await this.#failed.count(request, 'initial_access_token');
    throw new RegistrationError(
      'invalid_token',
      'the initial access token is not valid; registration is open without one',
    );
  }
}
