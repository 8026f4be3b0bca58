import { RegistrationError } from '@rollbook/protocol';
import type { CreateRateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

type Check = (request: FastifyRequest) => Promise<void>;

/** Addresses remembered per limit; the oldest are forgotten first. */
const ADDRESSES = 10_000;

/** The limits per address (S7): how many registrations, and, counted apart, how many failed authentications. */
export class RateLimits {
  #registrations: Check = () => Promise.resolve();
  #failures: Check = () => Promise.resolve();

  /**
   * @param server has the plugin @fastify/rate-limit
   * @param perMinute per address; 0 = no limit
   */
  use(server: FastifyInstance, perMinute: number): void {
    if (perMinute === 0) return;
    const options: CreateRateLimitOptions = { max: perMinute, timeWindow: 60_000 };
    this.#registrations = checkOf(server, options, 'too many registrations from this address');
    this.#failures = checkOf(server, options, 'too many failed authentications from this address');
  }

  /** @throws RegistrationError `too_many_requests` */
  countRegistration(request: FastifyRequest): Promise<void> {
    return this.#registrations(request);
  }

  /** @throws RegistrationError `too_many_requests` */
  countFailure(request: FastifyRequest): Promise<void> {
    return this.#failures(request);
  }
}

export const rateLimitOptions = { global: false, cache: ADDRESSES };

function checkOf(server: FastifyInstance, options: CreateRateLimitOptions, says: string): Check {
  const check = server.createRateLimit(options);
  return async (request) => {
    const result = await check(request);
    if (!result.isAllowed && result.isExceeded) {
      throw new RegistrationError('too_many_requests', `${says}; try again later`, {
        retryAfterSeconds: Math.max(1, result.ttlInSeconds),
      });
    }
  };
}
