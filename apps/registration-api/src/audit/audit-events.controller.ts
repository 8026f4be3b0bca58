import { Controller, Get, Header, Headers, Inject, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RegistrationError } from '@rollbook/protocol';
import { streamIdOf } from '@rollbook/registration';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditorGuard } from '../http/staff-guard.js';
import { fromQuery } from '../input/input.pipe.js';
import { inputRefused } from '../input/read-input.js';
import { PARTS, type RegistrationApiParts } from '../parts.js';
import { exportLines } from './event-export.js';
import { eventFilter } from './event-filter.js';
import { eventPage, readLog, readStreamOnly } from './event-page.js';
import { serverSentEvents } from './event-stream.js';
import { ExportQuery, ListEventsQuery, StreamQuery } from './inputs.js';
import { NDJSON, OpenStreams } from './open-streams.js';

/** The log, for auditors: as pages, whole, and as it grows. Always the stored octets, never serialised again. */
@Controller('audit')
@UseGuards(AuditorGuard)
export class AuditEventsController {
  readonly #parts: RegistrationApiParts;
  readonly #streams: OpenStreams;

  constructor(@Inject(PARTS) parts: RegistrationApiParts, @Inject(OpenStreams) streams: OpenStreams) {
    this.#parts = parts;
    this.#streams = streams;
  }

  @Get('events')
  @Header('content-type', 'application/json; charset=utf-8')
  async page(@Query(fromQuery(ListEventsQuery)) query: ListEventsQuery): Promise<string> {
    const { log } = this.#parts;
    const head = await log.head();
    const { items, next } = await eventPage({
      read: query.client_id === undefined ? readLog(log) : readStreamOnly(log, streamIdOf(query.client_id)),
      matches: eventFilter(query),
      after: Math.max(query.after ?? 0, (query.from ?? 1) - 1),
      to: Math.min(query.to ?? head, head),
      limit: query.limit,
    });
    return `{"items":[${items.join(',')}],"next":${next},"head":${head}}`;
  }

  @Get('events.ndjson')
  async export(
    @Query(fromQuery(ExportQuery)) query: ExportQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { log } = this.#parts;
    const head = await log.head();
    const range = { from: query.from, to: Math.min(query.to ?? head, head) };
    await this.#streams.send(request, reply, NDJSON, (signal) => exportLines(log, range, signal));
  }

  /** `Last-Event-ID` is what an EventSource sends when it connects again, so it knows better than the query. */
  @Get('events/stream')
  async follow(
    @Query(fromQuery(StreamQuery)) query: StreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { log } = this.#parts;
    const after = lastEventId === undefined ? (query.after ?? 0) : positionOf(lastEventId);
    const head = await log.head();
    if (after > head) {
      const message = `position ${after} lies behind the newest event, ${head}: the log was longer once, or it is another one`;
      throw new RegistrationError('conflict', message);
    }
    await this.#streams.send(request, reply, 'text/event-stream; charset=utf-8', (signal) =>
      serverSentEvents({ log, after, signal }),
    );
  }
}

function positionOf(lastEventId: string): number {
  if (/^(0|[1-9]\d{0,14})$/.test(lastEventId)) return Number(lastEventId);
  throw inputRefused('Last-Event-ID', 'whole-number', 'Last-Event-ID must be the position of an event');
}
