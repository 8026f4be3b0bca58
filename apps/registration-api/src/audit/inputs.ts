import { ACTOR_KINDS, EVENT_TYPES } from '@rollbook/registration';
import { instant, oneOf, text, wholeNumber } from '../input/members.js';

const POSITION = { min: 0 };

export class ListEventsQuery {
  @text({ max: 256, says: 'Events of this client' })
  client_id?: string;

  @oneOf(EVENT_TYPES, { says: 'Events of this type' })
  type?: string;

  @wholeNumber({ ...POSITION, says: 'First position' })
  from?: number;

  @wholeNumber({ ...POSITION, says: 'Last position' })
  to?: number;

  @instant({ says: 'Events recorded at this time or later' })
  since?: string;

  @instant({ says: 'Events recorded at this time or earlier' })
  until?: string;

  @oneOf(ACTOR_KINDS, { says: 'Events of this kind of actor' })
  actorKind?: string;

  @wholeNumber({ min: 1, max: 1_000, default: 100, says: 'Events per page' })
  limit!: number;

  @wholeNumber({ ...POSITION, says: 'Events behind this position: next of the page before' })
  after?: number;
}

export class ExportQuery {
  @wholeNumber({ min: 1, default: 1, says: 'First position' })
  from!: number;

  @wholeNumber({
    ...POSITION,
    says: 'Last position; the head at the start of the export when absent or beyond it',
  })
  to?: number;
}

export class StreamQuery {
  @wholeNumber({
    ...POSITION,
    says: 'Events behind this position; 0, the default, is the whole log. Last-Event-ID goes before it',
  })
  after?: number;
}

export class HistoryQuery {
  @wholeNumber({ ...POSITION, default: 0, says: 'Changes behind this position: next of the page before' })
  after!: number;

  @wholeNumber({ min: 1, max: 500, default: 100, says: 'Changes per page' })
  limit!: number;
}

export class AsOfQuery {
  @text({ max: 64, says: 'A position of the log, or an RFC 3339 time; now when absent' })
  at?: string;
}
