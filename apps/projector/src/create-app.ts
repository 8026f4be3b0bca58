import 'reflect-metadata';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { alwaysHeaders } from '../../registration-api/src/http/always-headers.js';
import { ErrorFilter } from '../../registration-api/src/http/error-filter.js';
import { createServer, onEveryAnswer } from '../../registration-api/src/http/fastify-server.js';
import { KnownRoutes } from '../../registration-api/src/http/known-routes.js';
import { HealthController } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { PARTS, type ProjectorParts } from './parts.js';

/** It answers those who run it, directly. */
const NO_PROXIES: readonly string[] = [];

@Module({})
class ProjectorModule {
  static of(parts: ProjectorParts): DynamicModule {
    return {
      module: ProjectorModule,
      controllers: [HealthController, MetricsController],
      providers: [{ provide: PARTS, useValue: parts }],
    };
  }
}

/** The projector's own HTTP application, ready to listen: health and metrics, in the manner of the registration API. */
export async function createApp(parts: ProjectorParts): Promise<NestFastifyApplication> {
  const routes = new KnownRoutes();
  const filter = new ErrorFilter(parts, routes);
  // Nobody outside reaches it, so nothing is said about how it is reached.
  const headers = alwaysHeaders('');
  const server = createServer({ ...parts, trustedProxies: NO_PROXIES }, filter, headers);
  routes.watch(server);
  onEveryAnswer(server, parts.logger, headers);
  const app = await NestFactory.create<NestFastifyApplication>(
    ProjectorModule.of(parts),
    new FastifyAdapter(server as ConstructorParameters<typeof FastifyAdapter>[0]),
    { logger: false, bodyParser: false, abortOnError: false },
  );
  app.useGlobalFilters(filter);
  await app.init();
  return app;
}
