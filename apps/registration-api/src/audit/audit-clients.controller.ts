import { initialState } from '@rollbook/registration';
import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { ClientView, noSuchClient } from '../admin/client-view.js';
import type { ShownClient } from '../admin/shown-client.js';
import { type Client, ClientStreams, folded } from '../clients/client-streams.js';
import { AuditorGuard } from '../http/staff-guard.js';
import { fromQuery } from '../input/input.pipe.js';
import { parseMoment, upTo } from './as-of.js';
import { clientHistory } from './history.js';
import { AsOfQuery, HistoryQuery } from './inputs.js';

/** One client, for auditors: how it was at any moment, and what changed in between. */
@Controller('audit/clients')
@UseGuards(AuditorGuard)
export class AuditClientsController {
  readonly #clients: ClientStreams;
  readonly #view: ClientView;

  constructor(@Inject(ClientStreams) clients: ClientStreams, @Inject(ClientView) view: ClientView) {
    this.#clients = clients;
    this.#view = view;
  }

  @Get(':client_id')
  async asOf(
    @Param('client_id') client_id: string,
    @Query(fromQuery(AsOfQuery)) { at }: AsOfQuery,
  ): Promise<ShownClient> {
    if (at === undefined) return this.#view.show(await this.#clients.load(client_id));
    const moment = parseMoment(at);
    let client: Client = { state: initialState(), position: 0 };
    for await (const event of upTo(this.#clients.events(client_id), moment)) client = folded(client, [event]);
    return this.#view.show(client);
  }

  @Get(':client_id/history')
  async history(
    @Param('client_id') client_id: string,
    @Query(fromQuery(HistoryQuery)) query: HistoryQuery,
  ): Promise<object> {
    if ((await this.#clients.load(client_id)).state.status === 'absent') throw noSuchClient();
    return clientHistory(this.#clients.events(client_id), query, (sealed) => this.#view.open(sealed));
  }
}
