import { type PersonalMetadata, splitPersonal } from '@rollbook/client-metadata';
import { newRegistrationAccessToken, secretDigest, verifyClientSecret } from '@rollbook/credentials';
import { type ClientState, secretAfterUpdate } from '@rollbook/registration';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Client, ClientStreams } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { AppendCommand, type Decision } from './append-command.js';
import type { Caller } from './caller.js';
import { issueSecret } from './issue-secret.js';
import type { Registered } from './register-client.js';
import { validated } from './validated.js';

/** How long the old registration access token works after a rotation, for a client that lost the answer. */
export const TOKEN_GRACE_SECONDS = 3_600;

/** RFC 7592 §2.2: a client replaces its whole record. */
export class UpdateClientRequest extends Command<Registered> {
  readonly client_id: string;
  /** The token that was presented; the answer repeats it unless it is rotated (H22). */
  readonly registration_access_token: string;
  readonly input: Record<string, unknown>;
  readonly caller: Caller;
  constructor(
    client_id: string,
    registration_access_token: string,
    input: Record<string, unknown>,
    caller: Caller,
  ) {
    super();
    this.client_id = client_id;
    this.registration_access_token = registration_access_token;
    this.input = input;
    this.caller = caller;
  }
}

type Fresh = {
  client_secret: string | null;
  token: string | null;
  personalMetadata: PersonalMetadata | null;
};

@CommandHandler(UpdateClientRequest)
export class UpdateClientHandler implements ICommandHandler<UpdateClientRequest> {
  readonly #parts: RegistrationApiParts;
  readonly #clients: ClientStreams;
  readonly #appendCommand: AppendCommand;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(ClientStreams) clients: ClientStreams,
    @Inject(AppendCommand) appendCommand: AppendCommand,
  ) {
    this.#parts = parts;
    this.#clients = clients;
    this.#appendCommand = appendCommand;
  }

  async execute(request: UpdateClientRequest): Promise<Registered> {
    const { client, facts, extra } = await this.#appendCommand.change(
      request.client_id,
      request.caller,
      (now) => this.#decideOn(request, now),
    );
    const issued = facts.some(({ type }) => type === 'SecretIssued');
    const rotated = facts.some(({ type }) => type === 'RegistrationAccessTokenRotated');
    return {
      client,
      client_secret: issued ? extra.client_secret : null,
      personalMetadata: extra.personalMetadata,
      registration_access_token:
        rotated && extra.token !== null ? extra.token : request.registration_access_token,
    };
  }

  async #decideOn(
    { client_id, registration_access_token, input, caller }: UpdateClientRequest,
    { state }: Client,
  ): Promise<Decision<Fresh>> {
    const { clock } = this.#parts;
    const now = clock();
    const personal = (await this.#clients.openPersonal(state.personal))?.metadata ?? null;
    const operation = {
      kind: 'update' as const,
      client_id,
      isCurrentSecret: (presented: string) => isCurrentSecret(presented, state, now),
    };
    const { metadata } = await validated(this.#parts, input, operation, { ...state.metadata, ...personal });
    const need = secretAfterUpdate(state, metadata);
    const secret =
      need === 'keep' || need === 'revoke'
        ? null
        : await issueSecret(this.#parts, need === 'issue-key' ? 'key' : 'digest', client_id);
    const token = this.#freshToken(state);
    const presentedSecret = typeof input['client_secret'] === 'string' ? [input['client_secret']] : [];
    return {
      command: {
        type: 'UpdateClient',
        now: now.toISOString(),
        origin: caller.origin,
        metadata,
        currentPersonalMetadata: personal,
        secret: secret?.record ?? null,
        registrationAccessToken:
          token === null
            ? null
            : {
                digest: secretDigest(token),
                previousValidUntil: new Date(now.getTime() + TOKEN_GRACE_SECONDS * 1000).toISOString(),
              },
      },
      secretsInPlay: [
        registration_access_token,
        ...presentedSecret,
        ...[token, secret?.client_secret].filter((s) => typeof s === 'string'),
      ],
      extra: {
        client_secret: secret?.client_secret ?? null,
        token,
        personalMetadata: splitPersonal(metadata).personal,
      },
    };
  }

  /** H21: rotated on update if so configured; the old one stays for a while (RFC 7592 §5). */
  #freshToken(state: ClientState): string | null {
    const { config, random } = this.#parts;
    const rotates = config.registrationAccessTokenRotation === 'on-update' && state.status === 'active';
    return rotates ? newRegistrationAccessToken(random) : null;
  }
}

/**
 * RFC 7592 §2.2 asks for the client's own secret, not for one that authenticates: an expired secret stays the current
 * one until a rotation replaces it (H45). One whose overlap is over has been replaced.
 */
function isCurrentSecret(presented: string, { secrets }: ClientState, now: Date): boolean {
  const whateverItsExpiry = secrets.map((secret) => ({ ...secret, client_secret_expires_at: 0 }));
  return verifyClientSecret(presented, whateverItsExpiry, now) !== null;
}
