import { DUMMY_DIGEST, digestMatches } from '@rollbook/credentials';
import { RegistrationError } from '@rollbook/protocol';
import { liveRegistrationAccessTokens } from '@rollbook/registration';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Client, ClientStreams } from '../clients/client-streams.js';
import { bearerCredential } from '../http/bearer.js';
import { FailedAuthentications } from '../http/failed-authentications.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';

export type AuthenticatedClient = {
  client: Client;
  client_id: string;
  registration_access_token: string;
  /** Throws `invalid_token` when the token is not valid for the client as it is by then. */
  confirm: (client: Client) => void;
};

/** Comparisons for every request, so that the time taken does not tell how many tokens a client has. */
const COMPARISONS = 2;

/** The registration access token of RFC 7592 §2: the only credential of the client configuration endpoint. */
@Injectable()
export class ClientAuthentication {
  readonly #parts: RegistrationApiParts;
  readonly #clients: ClientStreams;
  readonly #failed: FailedAuthentications;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(ClientStreams) clients: ClientStreams,
    @Inject(FailedAuthentications) failed: FailedAuthentications,
  ) {
    this.#parts = parts;
    this.#clients = clients;
    this.#failed = failed;
  }

  /**
   * Finds the client that a request names and whose token it carries. Unknown client, wrong token and another client's
   * token are one and the same refusal (spec 2.15); the token is read from the Authorization header only.
   *
   * @throws RegistrationError `credentials_missing`, `invalid_token`; `access_denied` for a suspended client, with a valid token only (2.17)
   * @throws LogUnavailable instead of `invalid_token` while the log lacks events that existed (design §8)
   */
  async authenticate(request: FastifyRequest): Promise<AuthenticatedClient> {
    const credential = bearerCredential(request.headers.authorization);
    if (credential.kind === 'none') {
      throw new RegistrationError(
        'credentials_missing',
        'send the registration_access_token as Authorization: Bearer',
      );
    }
    const client_id = clientIdOf(request.query);
    const client = await this.#clients.load(client_id ?? '');
    if (client_id === null || credential.kind !== 'token' || !this.#holds(client, credential.token)) {
      // The token may be one that a restored log has not heard of: no reason to let a client believe that it is gone.
      await this.#parts.log.requireWhole();
      await this.#failed.count(request, 'registration_access_token');
      throw tokenRefused();
    }
    if (client.state.status === 'suspended') {
      throw new RegistrationError(
        'access_denied',
        'this client is suspended; ask the operator to reinstate it',
      );
    }
    const { token } = credential;
    const confirm = (now: Client) => {
      if (!this.#holds(now, token)) throw tokenRefused();
    };
    return { client, client_id, registration_access_token: token, confirm };
  }

  #holds({ state }: Client, presented: string): boolean {
    const known = state.status === 'active' || state.status === 'suspended';
    const digests = known
      ? liveRegistrationAccessTokens(state, this.#parts.clock()).map(({ digest }) => digest)
      : [];
    let holds = false;
    for (let at = 0; at < Math.max(COMPARISONS, digests.length); at++) {
      if (digestMatches(presented, digests[at] ?? DUMMY_DIGEST)) holds = true;
    }
    return holds;
  }
}

const tokenRefused = () =>
  new RegistrationError('invalid_token', 'the registration access token is not valid for this client');

/** @returns null unless the query names exactly one client */
function clientIdOf(query: unknown): string | null {
  const client_id = (query as { client_id?: unknown } | undefined)?.client_id;
  return typeof client_id === 'string' && client_id !== '' ? client_id : null;
}
