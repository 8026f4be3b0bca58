import { PersonalDataError } from '@rollbook/personal-data';
import { RegistrationError } from '@rollbook/protocol';
import type { ClientState, PersonalFacts } from '@rollbook/registration';
import { Inject, Injectable } from '@nestjs/common';
import { type Client, ClientStreams } from '../clients/client-streams.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { shownClient, type ShownClient } from './shown-client.js';

/** Clients as operators and auditors see them, decrypted. */
@Injectable()
export class ClientView {
  readonly #parts: RegistrationApiParts;
  readonly #clients: ClientStreams;

  constructor(@Inject(PARTS) parts: RegistrationApiParts, @Inject(ClientStreams) clients: ClientStreams) {
    this.#parts = parts;
    this.#clients = clients;
  }

  /** @throws RegistrationError `not_found` for a client that does not exist */
  async show({ state, position }: Client): Promise<ShownClient> {
    const client = shownClient(state, await this.open(state.personal), position);
    if (client === null) throw noSuchClient();
    return client;
  }

  /**
   * @returns what was sealed, or null when there is nothing, or it cannot be read: its key was erased, or it was
   *   changed. The second is worth an alarm, but no reason to hide the rest of a history
   */
  async open(sealed: ClientState['personal']): Promise<PersonalFacts | null> {
    try {
      return await this.#clients.openPersonal(sealed);
    } catch (error) {
      if (!(error instanceof PersonalDataError)) throw error;
      this.#parts.logger.error(
        { event: sealed?.eventId, err: error },
        'personal data of an event cannot be read',
      );
      return null;
    }
  }
}

/** Only operators and auditors are told; to clients an unknown client is a 401 (RFC 7592 §2). */
export const noSuchClient = (): RegistrationError =>
  new RegistrationError('not_found', 'there is no such client');
