import 'reflect-metadata';
import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import { uuidV7 } from '@rollbook/event-log';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { corsFor } from './http/cors.js';
import { asRefusal, errorAnswer } from './http/error-answer.js';
import { ErrorFilter } from './http/error-filter.js';
import { RawBody } from './http/json-body.js';
import { KnownRoutes } from './http/known-routes.js';
import { RateLimits, rateLimitOptions } from './http/rate-limits.js';
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
  const server = createServer(parts, filter);
  routes.watch(server);
  onEveryAnswer(server, parts);
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

function createServer(parts: RegistrationApiParts, filter: ErrorFilter): FastifyInstance {
  const { clock, config, random } = parts;
  return fastify({
    bodyLimit: MAX_BODY_OCTETS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    requestIdHeader: false,
    genReqId: () => uuidV7(clock(), random),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (error, request, reply) => {
      for (const [name, value] of Object.entries(ALWAYS)) void reply.header(name, value);
      filter.answer(error, request, reply);
    },
    clientErrorHandler: (error, socket) => refuseOnSocket(error, socket),
  });
}

/** On every answer: the body may carry credentials (RFC 7591 §3.2.1), and is JSON whatever a browser thinks. */
const ALWAYS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
};

function onEveryAnswer(server: FastifyInstance, { config, logger }: RegistrationApiParts): void {
  const headers = {
    ...ALWAYS,
    ...(config.publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
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

/** What the HTTP parser could not read never becomes a request; the answer goes to the socket. */
function refuseOnSocket(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const statusCode =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify(errorAnswer(asRefusal({ statusCode }, '')).body);
  const headers = Object.entries({
    ...ALWAYS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });
  socket.end(
    `HTTP/1.1 ${statusCode} \r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}
