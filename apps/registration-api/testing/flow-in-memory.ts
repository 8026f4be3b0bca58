import type { FastifyRequest } from 'fastify';
import { ClientStreams } from '../src/clients/client-streams.js';
import { AppendCommand } from '../src/flow/append-command.js';
import { AppendHealth } from '../src/flow/append-health.js';
import { ANONYMOUS, callerOf } from '../src/flow/caller.js';
import { RegisterClientHandler, RegisterClientRequest } from '../src/flow/register-client.js';
import type { RegistrationApiParts } from '../src/parts.js';

/** A request about a client, with the token that it presents. */
export const requestOf = (client_id: string, token: string) =>
  ({
    id: crypto.randomUUID(),
    query: { client_id },
    headers: { authorization: `Bearer ${token}` },
  }) as Partial<FastifyRequest> as FastifyRequest;

/** What every command handler is made of, and a client that is registered with it. */
export async function flowInMemory(parts: RegistrationApiParts, metadata: Record<string, unknown>) {
  const clients = new ClientStreams(parts);
  const append = new AppendCommand(parts, clients, new AppendHealth(parts));
  const anonymous = callerOf(requestOf('', ''), ANONYMOUS);
  const registered = await new RegisterClientHandler(parts, append).execute(
    new RegisterClientRequest(metadata, anonymous),
  );
  const { registration_access_token, client } = registered;
  return {
    clients,
    append,
    anonymous,
    registered,
    client_id: client.state.client_id,
    registration_access_token,
  };
}
