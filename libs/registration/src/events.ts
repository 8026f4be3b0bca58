import type { Static } from '@sinclair/typebox';
import type { PersonalMetadata } from '@rollbook/client-metadata';
import type { Envelope } from './envelope-shape.js';
import { type EventType, UnknownEvent, upcastWith } from './event-type.js';
import { clientDeleted } from './events/client-deleted.js';
import { clientRegistered } from './events/client-registered.js';
import { clientReinstated } from './events/client-reinstated.js';
import { clientSuspended } from './events/client-suspended.js';
import { clientUpdated } from './events/client-updated.js';
import { registrationAccessTokenRotated } from './events/registration-access-token-rotated.js';
import { secretIssued } from './events/secret-issued.js';
import { secretRevoked } from './events/secret-revoked.js';
import { secretRotated } from './events/secret-rotated.js';

/** The table of events, in the order of a client's life. A retired name stays reserved: it is never used again. */
const EVENTS = [
  clientRegistered,
  clientUpdated,
  secretIssued,
  secretRotated,
  secretRevoked,
  registrationAccessTokenRotated,
  clientSuspended,
  clientReinstated,
  clientDeleted,
] as const;

type Row = (typeof EVENTS)[number];
export type ClientEventType = Row['type'];
/** `data` of one event type. */
export type EventData<T extends ClientEventType> = Static<Extract<Row, { type: T }>['data']>;

/** What an event's `personal` holds before it is encrypted. */
export type PersonalFacts = { metadata?: PersonalMetadata; ip?: string; userAgent?: string };

/** A fact as decided: an event that is not yet recorded. */
export type ClientFact = {
  [T in ClientEventType]: { type: T; data: EventData<T>; personal: PersonalFacts | null };
}[ClientEventType];

/** A recorded event: parsed, and lifted to today's shape. */
export type ClientEvent = {
  [T in ClientEventType]: { type: T; schemaVersion: number; data: EventData<T> } & Envelope;
}[ClientEventType];

/** Every event type, in the order of a client's life. */
export const EVENT_TYPES: readonly ClientEventType[] = EVENTS.map((row) => row.type);

/** The table by type, for those that interpret its rows. */
export const EVENT_ROWS: ReadonlyMap<string, EventType> = new Map<string, EventType>(
  EVENTS.map((row) => [row.type, row]),
);

/** Version in which an event type is written today. */
export function schemaVersionOf(type: ClientEventType): number {
  const row = EVENT_ROWS.get(type);
  if (row === undefined) throw new UnknownEvent(type, 1);
  return row.schemaVersion;
}

/** The example of `data` that documents and golden files show. */
export function eventExample<T extends ClientEventType>(type: T): EventData<T> {
  return EVENTS.find((row) => row.type === type)?.example as EventData<T>;
}

/**
 * Lifts `data` of a stored event to today's shape.
 *
 * @throws UnknownEvent for an unknown type or version: not poison, a reader stops and says so
 */
export function upcast(type: string, schemaVersion: number, data: unknown): ClientFact['data'] {
  return upcastWith(EVENT_ROWS, type, schemaVersion, data) as ClientFact['data'];
}

/** Stream of one client's events. */
export const streamIdOf = (client_id: string) => `client-${client_id}`;
