import type { StoredEvent } from '@rollbook/event-log';
import { eventSchemaPath } from '@rollbook/registration';

/** One event on its way to Kafka. */
export type EventRecord = {
  partition: number;
  position: number;
  /** The streamId. */
  key: string;
  /** The stored text. */
  value: string;
  headers: EventHeaders;
  /** What it takes in a record batch, at most. */
  octets: number;
};

/** CloudEvents 1.0, Kafka protocol binding, binary mode. */
export type EventHeaders = {
  ce_specversion: '1.0';
  ce_id: string;
  ce_type: string;
  ce_source: string;
  ce_subject: string;
  ce_time: string;
  ce_dataschema: string;
  'content-type': 'application/json';
  ce_position: string;
  ce_streamversion: string;
  ce_prevposition: string;
};

/** Frame of a record and of each header: lengths, attributes, and differences of time and offset, as varints. */
const FRAME_OCTETS = 32;
const HEADER_FRAME_OCTETS = 4;

/** A stored text that is no event: nothing after it can be published in order, so nothing is. */
export class UnreadableEvent extends Error {
  constructor(position: number, cause?: unknown) {
    super(`the text at position ${position} is not an event`, cause === undefined ? undefined : { cause });
    this.name = 'UnreadableEvent';
  }
}

/**
 * The Kafka record of an event (design §7): the key is the stream, the value is the stored text.
 *
 * @param place.previousPosition of the previous event on the same partition, 0 if there is none
 * @param place.source the public URL, without a trailing slash
 * @throws UnreadableEvent when the text is not an event's
 */
export function eventRecord(
  event: StoredEvent,
  place: { partition: number; previousPosition: number; source: string },
): EventRecord {
  const { eventId, type, schemaVersion, recordedAt } = factsOf(event);
  const headers: EventHeaders = {
    ce_specversion: '1.0',
    ce_id: eventId,
    ce_type: `rollbook.${type}`,
    ce_source: place.source,
    ce_subject: event.streamId,
    ce_time: recordedAt,
    ce_dataschema: `${place.source}${eventSchemaPath(type, schemaVersion)}`,
    'content-type': 'application/json',
    ce_position: String(event.position),
    ce_streamversion: String(event.streamVersion),
    ce_prevposition: String(place.previousPosition),
  };
  const { partition } = place;
  const record = { partition, position: event.position, key: event.streamId, value: event.text, headers };
  return { ...record, octets: octetsOf(record) };
}

type Facts = { eventId: string; type: string; schemaVersion: number; recordedAt: string };

/** The facts are taken as they stand: an event newer than this release is published like any other. */
function factsOf({ position, text }: StoredEvent): Facts {
  let facts: Partial<Record<keyof Facts, unknown>> | null;
  try {
    facts = JSON.parse(text) as Partial<Facts> | null;
  } catch (error) {
    throw new UnreadableEvent(position, error);
  }
  const { eventId, type, schemaVersion, recordedAt } = facts ?? {};
  if (typeof eventId !== 'string' || typeof type !== 'string' || typeof recordedAt !== 'string') {
    throw new UnreadableEvent(position);
  }
  if (typeof schemaVersion !== 'number') throw new UnreadableEvent(position);
  return { eventId, type, schemaVersion, recordedAt };
}

function octetsOf({ key, value, headers }: Omit<EventRecord, 'octets'>): number {
  let octets = FRAME_OCTETS + Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers)) {
    octets += HEADER_FRAME_OCTETS + name.length + Buffer.byteLength(text);
  }
  return octets;
}
