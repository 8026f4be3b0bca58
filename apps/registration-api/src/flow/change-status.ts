import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Client } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { AppendCommand } from './append-command.js';
import type { Caller } from './caller.js';

/** An operator suspends a client (RFC 7592 §2.1: 403 from then on), or ends the suspension. */
export class ChangeStatusRequest extends Command<Client> {
  readonly client_id: string;
  readonly change: 'SuspendClient' | 'ReinstateClient';
  readonly reason: string;
  readonly caller: Caller;
  constructor(
    client_id: string,
    change: 'SuspendClient' | 'ReinstateClient',
    reason: string,
    caller: Caller,
  ) {
    super();
    this.client_id = client_id;
    this.change = change;
    this.reason = reason;
    this.caller = caller;
  }
}

@CommandHandler(ChangeStatusRequest)
export class ChangeStatusHandler implements ICommandHandler<ChangeStatusRequest> {
  readonly #parts: RegistrationApiParts;
  readonly #appendCommand: AppendCommand;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(AppendCommand) appendCommand: AppendCommand,
  ) {
    this.#parts = parts;
    this.#appendCommand = appendCommand;
  }

  async execute({ client_id, change, reason, caller }: ChangeStatusRequest): Promise<Client> {
    const now = this.#parts.clock().toISOString();
    const { client } = await this.#appendCommand.change(client_id, caller, () =>
      Promise.resolve({
        command: { type: change, now, origin: caller.origin, reason },
        secretsInPlay: [],
        extra: null,
      }),
    );
    return client;
  }
}
