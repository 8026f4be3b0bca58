import type { Actor, Origin } from '@rollbook/registration';
import type { FastifyRequest } from 'fastify';
import type { Client } from '../clients/client-streams.js';

/** Who asks, from where, and under which request: what the event's envelope keeps of it. */
export type Caller = {
  actor: Actor;
  origin: Origin;
  correlationId: string;
  /**
   * Refuses, by throwing, a caller whose credential has ended meanwhile. Asked on every state that a command is decided
   * on: between authentication and append another request may have revoked the token.
   */
  confirm?: (client: Client) => void;
};

/** A user agent is kept up to this many characters. */
const USER_AGENT_CHARACTERS = 512;

/** @param actor as authenticated */
export function callerOf(request: FastifyRequest, actor: Actor, confirm?: Caller['confirm']): Caller {
  const userAgent = request.headers['user-agent'];
  return {
    actor,
    origin: {
      ip: request.ip,
      ...(userAgent ? { userAgent: userAgent.slice(0, USER_AGENT_CHARACTERS) } : {}),
    },
    correlationId: request.id,
    ...(confirm === undefined ? {} : { confirm }),
  };
}

export const ANONYMOUS: Actor = { kind: 'anonymous', ref: null };
export const clientActor = (client_id: string): Actor => ({ kind: 'client', ref: client_id });
