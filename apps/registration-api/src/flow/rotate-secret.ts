import { secretNeed } from '@rollbook/client-metadata';
import { RegistrationError } from '@rollbook/protocol';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Client } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { AppendCommand } from './append-command.js';
import type { Caller } from './caller.js';
import { issueSecret } from './issue-secret.js';

export type Rotated = { client: Client; client_secret: string };

/** A new client_secret; the old one stays valid for the overlap (design §5). By the client itself or an operator. */
export class RotateSecretRequest extends Command<Rotated> {
  readonly client_id: string;
  /** Seconds; undefined = as configured. */
  readonly overlapSeconds: number | undefined;
  readonly by: 'client' | 'operator';
  readonly caller: Caller;
  constructor(
    client_id: string,
    overlapSeconds: number | undefined,
    by: 'client' | 'operator',
    caller: Caller,
  ) {
    super();
    this.client_id = client_id;
    this.overlapSeconds = overlapSeconds;
    this.by = by;
    this.caller = caller;
  }
}

@CommandHandler(RotateSecretRequest)
export class RotateSecretHandler implements ICommandHandler<RotateSecretRequest> {
  readonly #parts: RegistrationApiParts;
  readonly #appendCommand: AppendCommand;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(AppendCommand) appendCommand: AppendCommand,
  ) {
    this.#parts = parts;
    this.#appendCommand = appendCommand;
  }

  async execute({ client_id, overlapSeconds, by, caller }: RotateSecretRequest): Promise<Rotated> {
    const { clock, config } = this.#parts;
    const bound = config.secretOverlapSeconds;
    const overlap = overlapSeconds ?? bound;
    if (overlap > bound) {
      const member = by === 'client' ? 'overlap_seconds' : 'overlapSeconds';
      const message = `${member} must be at most ${bound}`;
      throw new RegistrationError('invalid_request', message, {
        violations: [{ members: [member], rule: 'overlap-bound', section: 'design §5', message }],
      });
    }
    const { client, extra } = await this.#appendCommand.change(client_id, caller, async ({ state }) => {
      // A client without a secret is refused by `decide`; whatever is made for it here is thrown away.
      const need = secretNeed(state.metadata) === 'key' ? 'key' : 'digest';
      const secret = await issueSecret(this.#parts, need, client_id);
      return {
        command: {
          type: 'RotateSecret',
          now: clock().toISOString(),
          origin: caller.origin,
          by,
          secret: secret.record,
          overlapSeconds: overlap,
        },
        secretsInPlay: [secret.client_secret],
        extra: secret.client_secret,
      };
    });
    return { client, client_secret: extra };
  }
}
