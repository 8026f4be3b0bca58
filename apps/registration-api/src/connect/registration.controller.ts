import type { PersonalMetadata } from '@rollbook/client-metadata';
import { Controller, Delete, Get, HttpCode, Inject, Post, Put, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { type Client, ClientStreams } from '../clients/client-streams.js';
import { ANONYMOUS, callerOf, clientActor } from '../flow/caller.js';
import { DeleteClientRequest } from '../flow/delete-client.js';
import { type Registered, RegisterClientRequest } from '../flow/register-client.js';
import { RotateSecretRequest } from '../flow/rotate-secret.js';
import { UpdateClientRequest } from '../flow/update-client.js';
import { validated } from '../flow/validated.js';
import { refuseIdempotencyKey } from '../http/idempotency-key.js';
import { parseJsonBody, requireObject } from '../http/json-body.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { ClientAuthentication } from './client-authentication.js';
import { clientInformation } from './client-information.js';
import { overlapSecondsOf } from './overlap-seconds.js';
import { RegistrationAccess } from './registration-access.js';

/** The client registration endpoint (RFC 7591 §3) and the client configuration endpoint (RFC 7592 §2), one path. */
@Controller('connect/register')
export class RegistrationController {
  readonly #parts: RegistrationApiParts;
  readonly #commands: CommandBus;
  readonly #clients: ClientStreams;
  readonly #access: RegistrationAccess;
  readonly #authentication: ClientAuthentication;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(CommandBus) commands: CommandBus,
    @Inject(ClientStreams) clients: ClientStreams,
    @Inject(RegistrationAccess) access: RegistrationAccess,
    @Inject(ClientAuthentication) authentication: ClientAuthentication,
  ) {
    this.#parts = parts;
    this.#commands = commands;
    this.#clients = clients;
    this.#access = access;
    this.#authentication = authentication;
  }

  /** RFC 7591 §3.1. */
  @Post()
  @HttpCode(201)
  async register(@Req() request: FastifyRequest): Promise<object> {
    await this.#access.admit(request);
    refuseIdempotencyKey(request);
    const input = requireObject(parseJsonBody(request.body));
    return this.#answer(
      await this.#commands.execute(new RegisterClientRequest(input, callerOf(request, ANONYMOUS))),
    );
  }

  /** The dry run of a registration: nothing is stored, nothing is issued. */
  @Post('validate')
  @HttpCode(200)
  async validate(@Req() request: FastifyRequest): Promise<object> {
    await this.#access.admit(request);
    return validated(this.#parts, requireObject(parseJsonBody(request.body)), { kind: 'register' });
  }

  /** RFC 7592 §2.1. */
  @Get()
  async read(@Req() request: FastifyRequest): Promise<object> {
    const { client, registration_access_token } = await this.#authentication.authenticate(request);
    const personalMetadata = await this.#personalMetadata(client);
    return this.#answer({ client, registration_access_token, client_secret: null, personalMetadata });
  }

  /** RFC 7592 §2.2. */
  @Put()
  async update(@Req() request: FastifyRequest): Promise<object> {
    const { client_id, registration_access_token, confirm } =
      await this.#authentication.authenticate(request);
    refuseIdempotencyKey(request);
    const input = requireObject(parseJsonBody(request.body));
    const caller = callerOf(request, clientActor(client_id), confirm);
    return this.#answer(
      await this.#commands.execute(
        new UpdateClientRequest(client_id, registration_access_token, input, caller),
      ),
    );
  }

  /** RFC 7592 §2.3. */
  @Delete()
  @HttpCode(204)
  async delete(@Req() request: FastifyRequest): Promise<void> {
    const { client_id, confirm } = await this.#authentication.authenticate(request);
    await this.#commands.execute(
      new DeleteClientRequest(client_id, null, 'client', callerOf(request, clientActor(client_id), confirm)),
    );
  }

  /** RFC 7592 §5: a new secret, by the client itself. */
  @Post('secret')
  @HttpCode(200)
  async rotateSecret(@Req() request: FastifyRequest): Promise<object> {
    const { client_id, registration_access_token, confirm } =
      await this.#authentication.authenticate(request);
    refuseIdempotencyKey(request);
    const overlapSeconds = overlapSecondsOf(request.body);
    const caller = callerOf(request, clientActor(client_id), confirm);
    const rotated = await this.#commands.execute(
      new RotateSecretRequest(client_id, overlapSeconds, 'client', caller),
    );
    const personalMetadata = await this.#personalMetadata(rotated.client);
    return this.#answer({ ...rotated, registration_access_token, personalMetadata });
  }

  #answer({ client, personalMetadata, ...credentials }: Registered): object {
    const { publicUrl } = this.#parts.config;
    return clientInformation(client.state, personalMetadata, { publicUrl, ...credentials });
  }

  async #personalMetadata({ state }: Client): Promise<PersonalMetadata | null> {
    return (await this.#clients.openPersonal(state.personal))?.metadata ?? null;
  }
}
