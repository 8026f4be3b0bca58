import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { ClientStreams } from '../clients/client-streams.js';
import { registrationClientUri } from '../connect/client-information.js';
import { callerOf } from '../flow/caller.js';
import { ChangeStatusRequest } from '../flow/change-status.js';
import { DeleteClientRequest } from '../flow/delete-client.js';
import { NewRegistrationAccessTokenRequest } from '../flow/new-registration-access-token.js';
import { RotateSecretRequest } from '../flow/rotate-secret.js';
import { AdminGuard, staffOf } from '../http/staff-guard.js';
import { fromBody, fromQuery } from '../input/input.pipe.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { clientPage, clientQuery } from './client-query.js';
import { ClientView } from './client-view.js';
import { ListClientsQuery, NoInput, OptionalReasonBody, ReasonBody, RotateSecretBody } from './inputs.js';
import { lagOf } from './lag.js';
import type { ShownClient, ShownClientAndPublished } from './shown-client.js';

/** What operators do with clients. Lists come from the read model and say how old they are, one client never is. */
@Controller('admin/clients')
@UseGuards(AdminGuard)
export class AdminClientsController {
  readonly #parts: RegistrationApiParts;
  readonly #commands: CommandBus;
  readonly #clients: ClientStreams;
  readonly #view: ClientView;

  constructor(
    @Inject(PARTS) parts: RegistrationApiParts,
    @Inject(CommandBus) commands: CommandBus,
    @Inject(ClientStreams) clients: ClientStreams,
    @Inject(ClientView) view: ClientView,
  ) {
    this.#parts = parts;
    this.#commands = commands;
    this.#clients = clients;
    this.#view = view;
  }

  @Get()
  async list(@Query(fromQuery(ListClientsQuery)) query: ListClientsQuery): Promise<object> {
    const { readModels, log, clock } = this.#parts;
    const page = await readModels.listClients(clientQuery(query));
    return clientPage(page, await lagOf(log, page.position, clock()));
  }

  @Get(':client_id')
  async show(
    @Param('client_id') client_id: string,
    @Query(fromQuery(NoInput)) _query: NoInput,
  ): Promise<ShownClientAndPublished> {
    const shown = await this.#view.show(await this.#clients.load(client_id));
    const { publishing } = this.#parts;
    if (publishing === null) return shown;
    return { ...shown, publishedPosition: await publishing.published('events') };
  }

  /** Its history stays: deleting is one more event. */
  @Delete(':client_id')
  @HttpCode(204)
  async delete(
    @Param('client_id') client_id: string,
    @Body(fromBody(OptionalReasonBody)) { reason }: OptionalReasonBody,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const caller = callerOf(request, staffOf(request));
    await this.#commands.execute(new DeleteClientRequest(client_id, reason ?? null, 'operator', caller));
  }

  @Post(':client_id/suspend')
  @HttpCode(200)
  suspend(
    @Param('client_id') client_id: string,
    @Body(fromBody(ReasonBody)) { reason }: ReasonBody,
    @Req() request: FastifyRequest,
  ): Promise<ShownClient> {
    return this.#changeStatus(client_id, 'SuspendClient', reason, request);
  }

  @Post(':client_id/reinstate')
  @HttpCode(200)
  reinstate(
    @Param('client_id') client_id: string,
    @Body(fromBody(ReasonBody)) { reason }: ReasonBody,
    @Req() request: FastifyRequest,
  ): Promise<ShownClient> {
    return this.#changeStatus(client_id, 'ReinstateClient', reason, request);
  }

  /** The only answer that shows the new secret. */
  @Post(':client_id/secret')
  @HttpCode(200)
  async rotateSecret(
    @Param('client_id') client_id: string,
    @Body(fromBody(RotateSecretBody)) { overlapSeconds }: RotateSecretBody,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const caller = callerOf(request, staffOf(request));
    const { client, client_secret } = await this.#commands.execute(
      new RotateSecretRequest(client_id, overlapSeconds, 'operator', caller),
    );
    const newest = client.state.secrets.at(-1);
    return {
      client_id,
      secretId: newest?.secretId,
      client_secret,
      client_secret_expires_at: newest?.client_secret_expires_at,
    };
  }

  /** The only answer that shows the new token; the old one has ended. */
  @Post(':client_id/registration-access-token')
  @HttpCode(200)
  async renewRegistrationAccessToken(
    @Param('client_id') client_id: string,
    @Body(fromBody(NoInput)) _body: NoInput,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const caller = callerOf(request, staffOf(request));
    const { registration_access_token } = await this.#commands.execute(
      new NewRegistrationAccessTokenRequest(client_id, caller),
    );
    const registration_client_uri = registrationClientUri(this.#parts.config.publicUrl, client_id);
    return { client_id, registration_access_token, registration_client_uri };
  }

  async #changeStatus(
    client_id: string,
    change: 'SuspendClient' | 'ReinstateClient',
    reason: string,
    request: FastifyRequest,
  ): Promise<ShownClient> {
    const caller = callerOf(request, staffOf(request));
    return this.#view.show(
      await this.#commands.execute(new ChangeStatusRequest(client_id, change, reason, caller)),
    );
  }
}
