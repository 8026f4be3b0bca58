import 'reflect-metadata';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { corsFor } from './http/cors.js';
import { alwaysHeaders } from './http/always-headers.js';
import { ErrorFilter } from './http/error-filter.js';
import { createServer, onEveryAnswer } from './http/fastify-server.js';
import { RawBody } from './http/json-body.js';
import { KnownRoutes } from './http/known-routes.js';
import { RateLimits, rateLimitOptions } from './http/rate-limits.js';
import type { RegistrationApiParts } from './parts.js';
import { RegistrationApiModule } from './registration-api.module.js';

export { httpApplication } from './http/fastify-server.js';

/** The HTTP application, ready to listen. Every default of the framework that answers by itself is replaced here. */
export async function createApp(parts: RegistrationApiParts): Promise<NestFastifyApplication> {
  const routes = new KnownRoutes();
  const limits = new RateLimits();
  const filter = new ErrorFilter(parts, routes);
  const headers = alwaysHeaders(parts.config.publicUrl);
  const server = createServer({ ...parts, trustedProxies: parts.config.trustedProxies }, filter, headers);
  routes.watch(server);
  // The catch-all that answers preflights exists before Nest sets its error handler.
  server.addHook('onRoute', (route) => {
    if (route.url === '*')
      route.errorHandler = (error, request, reply) => filter.answer(error, request, reply);
  });
  onEveryAnswer(server, parts.logger, headers);
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
