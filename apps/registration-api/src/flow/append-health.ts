import { LogUnavailable } from '@rollbook/event-log';
import { Inject, Injectable } from '@nestjs/common';
import { PARTS, type RegistrationApiParts } from '../parts.js';

/** A failure speaks against readiness this long; then a registration is let through again, to find out. */
const REMEMBERED_MS = 5_000;

/** Whether the last append went through: the service is ready as soon as a registration would be accepted. */
@Injectable()
export class AppendHealth {
  #failure: { reason: string; atMs: number } | null = null;
  readonly #nowMs: () => number;

  constructor(@Inject(PARTS) { clock, health }: RegistrationApiParts) {
    this.#nowMs = () => clock().getTime();
    health.add('ready', 'event log', () => this.#reason());
  }

  async observe<T>(append: Promise<T>): Promise<T> {
    try {
      const done = await append;
      this.#failure = null;
      return done;
    } catch (error) {
      if (error instanceof LogUnavailable && error.reason !== 'busy') {
        this.#failure = { reason: WHY[error.reason], atMs: this.#nowMs() };
      }
      throw error;
    }
  }

  #reason(): string | null {
    if (this.#failure === null || this.#nowMs() - this.#failure.atMs > REMEMBERED_MS) return null;
    return this.#failure.reason;
  }
}

const WHY = {
  full: 'no space is left for the event log',
  storage: 'the event log cannot be written',
  restored: 'the event log was restored to an earlier state',
  closed: 'the service is stopping',
} as const;
