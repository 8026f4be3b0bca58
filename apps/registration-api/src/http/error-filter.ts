import { Counter, type Logger, type Registry } from '@rollbook/platform';
import type { RegistrationError } from '@rollbook/protocol';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asRefusal, errorAnswer } from './error-answer.js';
import type { KnownRoutes } from './known-routes.js';

/** The one place where an error becomes an answer. Refusals are counted and logged by rule, without personal data. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger: Logger;
  readonly #routes: KnownRoutes;
  readonly #refusals: Counter<'error' | 'rule'>;

  constructor(parts: { logger: Logger; metrics: Registry }, routes: KnownRoutes) {
    this.#logger = parts.logger;
    this.#routes = routes;
    this.#refusals = new Counter({
      name: 'rollbook_refusals_total',
      help: 'Refused requests, by error code and rule',
      labelNames: ['error', 'rule'],
      registers: [parts.metrics],
    });
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const context = host.switchToHttp();
    const request = context.getRequest<FastifyRequest>();
    const reply = context.getResponse<FastifyReply>();
    // Where nothing is routed, that is the answer, whatever the framework found wrong before it noticed.
    if (request.is404) this.#answerUnrouted(request, reply);
    else this.answer(error, request, reply);
  }

  #answerUnrouted(request: FastifyRequest, reply: FastifyReply): void {
    const methods = this.#routes.methodsOf(request.url);
    if (methods === null) return this.answer({ statusCode: 404 }, request, reply);
    reply.header('allow', methods.join(', '));
    if (request.method === 'OPTIONS') return void reply.code(204).send();
    this.answer({ statusCode: 405 }, request, reply);
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = asRefusal(error, request.id);
    this.#report(refusal, request);
    const { status, headers, body } = errorAnswer(refusal);
    // An answer that has begun (an export, a stream) can only be cut off.
    if (reply.raw.headersSent) return void reply.raw.destroy();
    reply.code(status).headers(headers).type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  #report(refusal: RegistrationError, request: FastifyRequest): void {
    const { status, body } = errorAnswer(refusal);
    const rules = refusal.violations.map(({ rule }) => rule);
    for (const rule of rules.length === 0 ? ['none'] : rules) this.#refusals.inc({ error: body.error, rule });
    const fields = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status,
      refusal: refusal.refusal,
      // Thousands of tagged members can break one rule.
      rules: [...new Set(rules)],
    };
    if (status >= 500) this.#logger.error({ ...fields, err: refusal.cause ?? refusal }, 'request failed');
    else this.#logger.info(fields, 'request refused');
  }
}
