import type { Actor } from '@rollbook/registration';
import { RegistrationError } from '@rollbook/protocol';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { bearerCredential, tokenHolders } from './bearer.js';
import { FailedAuthentications } from './failed-authentications.js';

/** Who an admin or auditor token belongs to, kept on the request. */
const ACTORS = new WeakMap<object, Actor>();

/** The operator or auditor of a request that {@link AdminGuard} or {@link AuditorGuard} has let pass. */
export function staffOf(request: FastifyRequest): Actor {
  const actor = ACTORS.get(request);
  if (actor === undefined) throw new Error('no guard stands before this route');
  return actor;
}

function staffGuard(kind: 'admin' | 'auditor') {
  @Injectable()
  class StaffGuard implements CanActivate {
    readonly #holderOf: (presented: string) => string | null;
    readonly #failed: FailedAuthentications;

    constructor(
      @Inject(PARTS) parts: RegistrationApiParts,
      @Inject(FailedAuthentications) failed: FailedAuthentications,
    ) {
      this.#holderOf = tokenHolders(kind === 'admin' ? parts.config.adminTokens : parts.config.auditorTokens);
      this.#failed = failed;
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const request = context.switchToHttp().getRequest<FastifyRequest>();
      const credential = bearerCredential(request.headers.authorization);
      if (credential.kind === 'none') {
        throw new RegistrationError('credentials_missing', `send an ${kind} token as Authorization: Bearer`);
      }
      const holder = credential.kind === 'token' ? this.#holderOf(credential.token) : null;
      if (holder === null) {
        await this.#failed.count(request, kind);
        throw new RegistrationError('invalid_token', `the token is not a valid ${kind} token`);
      }
      ACTORS.set(request, { kind: 'operator', ref: holder });
      return true;
    }
  }
  return StaffGuard;
}

/** Lets a request pass whose bearer token is one of `ROLLBOOK_ADMIN_TOKENS`. */
export const AdminGuard = staffGuard('admin');
/** Lets a request pass whose bearer token is one of `ROLLBOOK_AUDITOR_TOKENS`; an admin token is not enough. */
export const AuditorGuard = staffGuard('auditor');
