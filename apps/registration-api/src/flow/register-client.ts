import { type PersonalMetadata, secretNeed, splitPersonal } from '@rollbook/client-metadata';
import { newClientId, newRegistrationAccessToken, secretDigest } from '@rollbook/credentials';
import { initialState } from '@rollbook/registration';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Client } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { AppendCommand } from './append-command.js';
import type { Caller } from './caller.js';
import { issueSecret } from './issue-secret.js';
import { validated } from './validated.js';

/** A registered client with what is shown of it this once. */
export type Registered = {
  client: Client;
  registration_access_token: string;
  client_secret: string | null;
  /** The personal members of the metadata just accepted, so that nobody decrypts what was encrypted a moment ago. */
  personalMetadata: PersonalMetadata | null;
};

/** RFC 7591 §3.1: a client asks to be registered. `input` is the request's JSON object, as sent. */
export class RegisterClientRequest extends Command<Registered> {
  readonly input: Record<string, unknown>;
  readonly caller: Caller;
  constructor(input: Record<string, unknown>, caller: Caller) {
    super();
    this.input = input;
    this.caller = caller;
  }
}

@CommandHandler(RegisterClientRequest)
export class RegisterClientHandler implements ICommandHandler<RegisterClientRequest> {
  readonly #parts: RegistrationApiParts;
  readonly #appendCommand: AppendCommand;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(AppendCommand) appendCommand: AppendCommand,
  ) {
    this.#parts = parts;
    this.#appendCommand = appendCommand;
  }

  async execute({ input, caller }: RegisterClientRequest): Promise<Registered> {
    const { clock, random } = this.#parts;
    const { metadata } = await validated(this.#parts, input, { kind: 'register' });

    const client_id = newClientId(random);
    const registration_access_token = newRegistrationAccessToken(random);
    const need = secretNeed(metadata);
    const secret = need === 'none' ? null : await issueSecret(this.#parts, need, client_id);

    // 128 random bits: the stream is new, and should it not be, the log's version check refuses the append.
    const { client } = await this.#appendCommand.append(
      client_id,
      { state: initialState(), position: 0 },
      caller,
      {
        command: {
          type: 'RegisterClient',
          now: clock().toISOString(),
          origin: caller.origin,
          client_id,
          metadata,
          registrationAccessTokenDigest: secretDigest(registration_access_token),
          secret: secret?.record ?? null,
        },
        secretsInPlay: [registration_access_token, ...(secret === null ? [] : [secret.client_secret])],
        extra: null,
      },
    );
    return {
      client,
      registration_access_token,
      client_secret: secret?.client_secret ?? null,
      personalMetadata: splitPersonal(metadata).personal,
    };
  }
}
