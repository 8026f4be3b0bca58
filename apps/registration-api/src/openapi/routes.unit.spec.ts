import 'reflect-metadata';
import { RequestMethod, type Type } from '@nestjs/common';
import { KnownRoutes } from '../http/known-routes.js';
import { RateLimits } from '../http/rate-limits.js';
import type { RegistrationApiParts } from '../parts.js';
import { RegistrationApiModule } from '../registration-api.module.js';
import { ROUTES } from './routes.js';

/** `GET /admin/clients/{client_id}` for every handler of the application's controllers. */
function routed(): string[] {
  const parts = {} as RegistrationApiParts;
  const { controllers = [] } = RegistrationApiModule.of(parts, new KnownRoutes(), new RateLimits());
  return controllers.flatMap((controller: Type) => {
    const base = Reflect.getMetadata('path', controller) as string;
    const prototype = controller.prototype as Record<string, unknown>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
      if (typeof handler !== 'function' || !Reflect.hasMetadata('method', handler)) return [];
      const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
      const path = [base, Reflect.getMetadata('path', handler) as string]
        .flatMap((part) => part.split('/'))
        .filter((part) => part !== '')
        .map((part) => part.replace(/^:(.+)$/, '{$1}'));
      return [`${method} /${path.join('/')}`];
    });
  });
}

test('OpenAPI · documented routes are the routed routes', () => {
  const documented = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(documented.sort()).toEqual(routed().sort());
  expect(documented.length).toBeGreaterThan(30);
});
