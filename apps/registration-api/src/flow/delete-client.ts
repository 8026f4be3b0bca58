import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Client } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { AppendCommand } from './append-command.js';
import type { Caller } from './caller.js';

/** RFC 7592 §2.3: everything the client was given ends at once. By the client itself or an operator. */
export class DeleteClientRequest extends Command<Client> {
  readonly client_id: string;
  readonly reason: string | null;
  readonly by: 'client' | 'operator';
  readonly caller: Caller;
  constructor(client_id: string, reason: string | null, by: 'client' | 'operator', caller: Caller) {
    super();
    this.client_id = client_id;
    this.reason = reason;
    this.by = by;
    this.caller = caller;
  }
}

@CommandHandler(DeleteClientRequest)
export class DeleteClientHandler implements ICommandHandler<DeleteClientRequest> {
  readonly #parts: RegistrationApiParts;
  readonly #appendCommand: AppendCommand;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(AppendCommand) appendCommand: AppendCommand,
  ) {
    this.#parts = parts;
    this.#appendCommand = appendCommand;
  }

  async execute({ client_id, reason, by, caller }: DeleteClientRequest): Promise<Client> {
    const now = this.#parts.clock().toISOString();
    const { client } = await this.#appendCommand.change(client_id, caller, () =>
      Promise.resolve({
        command: { type: 'DeleteClient', now, origin: caller.origin, by, reason },
        secretsInPlay: [],
        extra: null,
      }),
    );
    return client;
  }
}
