import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import { RegistrationError } from '@rollbook/protocol';
import { type ProjectionStatus, RebuildRunning, UnknownProjection } from '@rollbook/read-models';
import { AdminGuard } from '../http/staff-guard.js';
import { fromBody, fromQuery } from '../input/input.pipe.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { NoInput } from './inputs.js';
import { lagOf } from './lag.js';

/** The read models, as the operators who keep them running see them. */
@Controller('admin')
@UseGuards(AdminGuard)
export class AdminModelsController {
  readonly #parts: RegistrationApiParts;

  constructor(@Inject(PARTS) parts: RegistrationApiParts) {
    this.#parts = parts;
  }

  @Get('statistics')
  statistics(@Query(fromQuery(NoInput)) _query: NoInput): Promise<object> {
    return this.#parts.readModels.statistics();
  }

  @Get('projections')
  async projections(@Query(fromQuery(NoInput)) _query: NoInput): Promise<object> {
    const statuses = await this.#parts.readModels.projections();
    return { items: await Promise.all(statuses.map((status) => this.#withLag(status))) };
  }

  @Post('projections/:name/rebuild')
  @HttpCode(202)
  async rebuild(@Param('name') name: string, @Body(fromBody(NoInput)) _body: NoInput): Promise<object> {
    try {
      await this.#parts.readModels.rebuild(name);
    } catch (error) {
      if (error instanceof UnknownProjection) throw noSuchProjection();
      if (error instanceof RebuildRunning)
        throw new RegistrationError('conflict', 'a rebuild is running already');
      throw error;
    }
    return this.#withLag(await this.#status(name));
  }

  @Get('projections/:name/parked')
  async parked(@Param('name') name: string, @Query(fromQuery(NoInput)) _query: NoInput): Promise<object> {
    await this.#status(name);
    return { items: await this.#parts.readModels.parked() };
  }

  @Post('projections/:name/parked/:client_id/retry')
  @HttpCode(200)
  async retry(
    @Param('name') name: string,
    @Param('client_id') client_id: string,
    @Body(fromBody(NoInput)) _body: NoInput,
  ): Promise<object> {
    await this.#status(name);
    const { readModels } = this.#parts;
    // `retryParked` says the same of a client that is not parked and of one that is parked anew.
    const parked = (await readModels.parked()).some((client) => client.client_id === client_id);
    if (!parked) throw new RegistrationError('not_found', 'this client is not parked');
    return { client_id, applied: await readModels.retryParked(client_id) };
  }

  async #status(name: string): Promise<ProjectionStatus> {
    const found = (await this.#parts.readModels.projections()).find((status) => status.name === name);
    if (found === undefined) throw noSuchProjection();
    return found;
  }

  async #withLag(status: ProjectionStatus): Promise<object> {
    const { log, clock } = this.#parts;
    const { head, lagSeconds } = await lagOf(log, status.position, clock());
    return { ...status, head, lag: { events: head - status.position, seconds: lagSeconds } };
  }
}

const noSuchProjection = () =>
  new RegistrationError('not_found', 'there is no such projection; there is: clients');
