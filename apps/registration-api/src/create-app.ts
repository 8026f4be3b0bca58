import 'reflect-metadata';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import { uuidV7 } from '@rollbook/event-log';
import type { HttpApplication } from '@rollbook/platform';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { corsFor } from './http/cors.js';
import { alwaysHeaders } from './http/always-headers.js';
import { ErrorFilter } from './http/error-filter.js';
import { RawBody } from './http/json-body.js';
import { KnownRoutes } from './http/known-routes.js';
import { RateLimits, rateLimitOptions } from './http/rate-limits.js';
import { requireSingleFields } from './http/single-fields.js';
import { UnreadableRequests } from './http/unreadable-requests.js';
import type { RegistrationApiParts } from './parts.js';
import { RegistrationApiModule } from './registration-api.module.js';

/** S3. */
const MAX_BODY_OCTETS = 64 * 1024;
/** A whole request has to arrive within this time. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The HTTP application, ready to listen. Every default of the framework that answers by itself is replaced here. */
export async function createApp(parts: RegistrationApiParts): Promise<NestFastifyApplication> {
  const routes = new KnownRoutes();
  const limits = new RateLimits();
  const filter = new ErrorFilter(parts, routes);
  const headers = alwaysHeaders(parts.config.publicUrl);
  const server = createServer(parts, filter, headers);
  routes.watch(server);
  // The catch-all that answers preflights exists before Nest sets its error handler.
  server.addHook('onRoute', (route) => {
    if (route.url === '*')
      route.errorHandler = (error, request, reply) => filter.answer(error, request, reply);
  });
  onEveryAnswer(server, parts, headers);
  const app = await NestFactory.create<NestFastifyApplication>(
    RegistrationApiModule.of(parts, routes, limits),
    new FastifyAdapter(server as ConstructorParameters<typeof FastifyAdapter>[0]),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  readBodiesRaw(server);
  await server.register(cors, () => corsFor(parts.config.corsOrigins, routes));
  await server.register(rateLimit, rateLimitOptions);
  limits.use(server, parts.config.rateLimitPerMinute);
  app.useGlobalFilters(filter);
  await app.init();
  return app;
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

function createServer(
  parts: RegistrationApiParts,
  filter: ErrorFilter,
  headers: Readonly<Record<string, string>>,
): FastifyInstance {
  const { clock, config, random } = parts;
  const unreadable = new UnreadableRequests(headers);
  const app = fastify({
    bodyLimit: MAX_BODY_OCTETS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
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

function onEveryAnswer(
  server: FastifyInstance,
  { logger }: RegistrationApiParts,
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

/** Bodies are kept as they come: reading them follows authentication (H16), and only our own JSON reader does it. */
function readBodiesRaw(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, octets, done) => {
    done(
      null,
      new RawBody(octets as Buffer, request.headers['content-type'], request.headers['content-encoding']),
    );
  });
}
