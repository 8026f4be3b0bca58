import type { Random } from '@rollbook/credentials';
import { uuidV7 } from '@rollbook/event-log';
import type { Clock, HttpApplication, Logger } from '@rollbook/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastify, { type FastifyInstance } from 'fastify';
import type { ErrorFilter } from './error-filter.js';
import { requireSingleFields } from './single-fields.js';
import { UnreadableRequests } from './unreadable-requests.js';

/** S3. */
const MAX_BODY_OCTETS = 64 * 1024;
/** A whole request has to arrive within this time. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * The HTTP server below the framework: what it refuses by itself, it refuses as everything else does.
 *
 * @param parts.trustedProxies addresses and blocks whose `X-Forwarded-For` is believed
 * @param headers of every answer
 */
export function createServer(
  parts: { clock: Clock; random: Random; trustedProxies: readonly string[] },
  filter: ErrorFilter,
  headers: Readonly<Record<string, string>>,
): FastifyInstance {
  const { clock, random, trustedProxies } = parts;
  const unreadable = new UnreadableRequests(headers);
  const app = fastify({
    bodyLimit: MAX_BODY_OCTETS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    requestIdHeader: false,
    genReqId: () => uuidV7(clock(), random),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    // Node's own refusal of a request without Host has no body; requireSingleFields has.
    http: { requireHostHeader: false },
    frameworkErrors: (error, request, reply) => {
      void reply.headers(headers);
      filter.answer(error, request, reply);
    },
    clientErrorHandler: (error, socket) => unreadable.refuse(error, socket),
  });
  unreadable.watch(app.server);
  // A caller that has said everything may close its side and still gets its answer (RFC 9112 §9.6). Missing in Node's
  // types, as old as its HTTP server.
  Object.assign(app.server, { httpAllowHalfOpen: true });
  // An expectation other than 100-continue is ignored (RFC 9110 §10.1.1); Node would refuse it without a body.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  return app;
}

/** The headers of every answer, header fields that came once, and a line for each request when the logger wants it. */
export function onEveryAnswer(
  server: FastifyInstance,
  logger: Logger,
  headers: Readonly<Record<string, string>>,
): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers);
    requireSingleFields(request.raw);
    done();
  });
  if (!logger.isDebug()) return;
  server.addHook('onResponse', (request, reply, done) => {
    const { url: route } = request.routeOptions;
    logger.debug(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        durationMs: reply.elapsedTime,
      },
      'request answered',
    );
    done();
  });
}

/** The application for {@link serveUntilSignal}. */
export const httpApplication = (
  app: NestFastifyApplication,
  port: number,
  host: string,
): HttpApplication => ({
  server: app.getHttpServer(),
  listen: () => app.listen(port, host),
  close: () => app.close(),
});
