import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AdminClientsController } from './admin/admin-clients.controller.js';
import { AdminModelsController } from './admin/admin-models.controller.js';
import { ClientView } from './admin/client-view.js';
import { AuditClientsController } from './audit/audit-clients.controller.js';
import { AuditEventsController } from './audit/audit-events.controller.js';
import { AuditReplayController } from './audit/audit-replay.controller.js';
import { OpenStreams } from './audit/open-streams.js';
import { ClientStreams } from './clients/client-streams.js';
import { ClientAuthentication } from './connect/client-authentication.js';
import { RegistrationAccess } from './connect/registration-access.js';
import { RegistrationController } from './connect/registration.controller.js';
import { DiscoveryController } from './discovery/discovery.controller.js';
import { AppendCommand } from './flow/append-command.js';
import { AppendHealth } from './flow/append-health.js';
import { ChangeStatusHandler } from './flow/change-status.js';
import { DeleteClientHandler } from './flow/delete-client.js';
import { NewRegistrationAccessTokenHandler } from './flow/new-registration-access-token.js';
import { RegisterClientHandler } from './flow/register-client.js';
import { RotateSecretHandler } from './flow/rotate-secret.js';
import { UpdateClientHandler } from './flow/update-client.js';
import { FailedAuthentications } from './http/failed-authentications.js';
import { KnownRoutes } from './http/known-routes.js';
import { RateLimits } from './http/rate-limits.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { HealthController } from './operations/health.controller.js';
import { MetricsController } from './operations/metrics.controller.js';
import { SchemasController } from './schemas/schemas.controller.js';
import { PARTS, type RegistrationApiParts } from './parts.js';

/** The HTTP application over the parts that a composition root has chosen. */
@Module({})
export class RegistrationApiModule {
  static of(parts: RegistrationApiParts, routes: KnownRoutes, limits: RateLimits): DynamicModule {
    return {
      module: RegistrationApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        RegistrationController,
        DiscoveryController,
        AdminClientsController,
        AdminModelsController,
        AuditEventsController,
        AuditClientsController,
        AuditReplayController,
        SchemasController,
        HealthController,
        MetricsController,
        OpenApiController,
      ],
      providers: [
        { provide: PARTS, useValue: parts },
        { provide: KnownRoutes, useValue: routes },
        { provide: RateLimits, useValue: limits },
        ClientStreams,
        FailedAuthentications,
        RegistrationAccess,
        ClientAuthentication,
        AppendHealth,
        AppendCommand,
        RegisterClientHandler,
        UpdateClientHandler,
        RotateSecretHandler,
        DeleteClientHandler,
        ChangeStatusHandler,
        NewRegistrationAccessTokenHandler,
        ClientView,
        { provide: OpenStreams, useFactory: () => new OpenStreams() },
      ],
    };
  }
}
