import { newRegistrationAccessToken, secretDigest } from '@rollbook/credentials';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Client } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { AppendCommand } from './append-command.js';
import type { Caller } from './caller.js';

export type NewToken = { client: Client; registration_access_token: string };

/** An operator issues a new registration access token to a client that lost it; the old one ends at once. */
export class NewRegistrationAccessTokenRequest extends Command<NewToken> {
  readonly client_id: string;
  readonly caller: Caller;
  constructor(client_id: string, caller: Caller) {
    super();
    this.client_id = client_id;
    this.caller = caller;
  }
}

@CommandHandler(NewRegistrationAccessTokenRequest)
export class NewRegistrationAccessTokenHandler implements ICommandHandler<NewRegistrationAccessTokenRequest> {
  readonly #parts: RegistrationApiParts;
  readonly #appendCommand: AppendCommand;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(AppendCommand) appendCommand: AppendCommand,
  ) {
    this.#parts = parts;
    this.#appendCommand = appendCommand;
  }

  async execute({ client_id, caller }: NewRegistrationAccessTokenRequest): Promise<NewToken> {
    const { clock, random } = this.#parts;
    const registration_access_token = newRegistrationAccessToken(random);
    const { client } = await this.#appendCommand.change(client_id, caller, () =>
      Promise.resolve({
        command: {
          type: 'RotateRegistrationAccessToken',
          now: clock().toISOString(),
          origin: caller.origin,
          digest: secretDigest(registration_access_token),
          previousValidUntil: null,
        },
        secretsInPlay: [registration_access_token],
        extra: null,
      }),
    );
    return { client, registration_access_token };
  }
}
