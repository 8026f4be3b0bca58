import type { Random } from '@rollbook/credentials';
import { encryptPersonal, type PersonalKey } from '@rollbook/personal-data';
import {
  type Actor,
  type ClientEvent,
  type ClientFact,
  schemaVersionOf,
  upcast,
} from '@rollbook/registration';
import { v7 } from 'uuid';

const UUID_OCTETS = 16;

/** UUID version 7 of a time, the rest random (RFC 9562 §5.7). */
export function uuidV7(now: Date, random: Random): string {
  return v7({ msecs: now.getTime(), random: random(UUID_OCTETS) });
}

/**
 * Puts the facts of one command into their envelopes (design §3). The texts are the octets that are stored, published,
 * exported and hashed: each is serialised here, once, with its members in the order of the published schema.
 *
 * @param input.expectedVersion version of the stream's last event; the first new one is the next
 * @param input.previousRecordedAt of that event, RFC 3339; within a stream time never goes back, whatever the clock does
 * @param input.personalKey the client's key; needed as soon as a fact has a personal part
 * @returns the texts, and the same events as {@link readEvent} reads them from the texts
 * @throws Error when a fact has a personal part and there is no key: it must not be stored in clear, nor dropped
 */
export function recordFacts(input: {
  facts: readonly ClientFact[];
  streamId: string;
  expectedVersion: number;
  previousRecordedAt: string | null;
  now: Date;
  actor: Actor;
  policyVersion: string;
  correlationId: string;
  causationId: string | null;
  personalKey: PersonalKey | null;
  random: Random;
  newEventId: (now: Date, random: Random) => string;
}): { texts: string[]; events: ClientEvent[] } {
  const { previousRecordedAt } = input;
  const own = input.now.toISOString();
  const recordedAt = previousRecordedAt !== null && previousRecordedAt > own ? previousRecordedAt : own;
  const actor: Actor = { kind: input.actor.kind, ref: input.actor.ref };
  const texts: string[] = [];
  const events: ClientEvent[] = [];
  for (const [index, fact] of input.facts.entries()) {
    const eventId = input.newEventId(input.now, input.random);
    const event = {
      eventId,
      type: fact.type,
      schemaVersion: schemaVersionOf(fact.type),
      streamId: input.streamId,
      streamVersion: input.expectedVersion + index + 1,
      recordedAt,
      correlationId: input.correlationId,
      causationId: input.causationId,
      actor,
      policyVersion: input.policyVersion,
      data: fact.data,
      personal: encrypted(fact, eventId, input),
    } as ClientEvent;
    texts.push(JSON.stringify(event));
    events.push(event);
  }
  return { texts, events };
}

function encrypted(
  { type, personal }: ClientFact,
  eventId: string,
  { personalKey, random }: { personalKey: PersonalKey | null; random: Random },
) {
  if (personal === null) return null;
  if (personalKey === null) throw new Error(`${type} has a personal part, but there is no key to encrypt it`);
  return encryptPersonal(personalKey, personal, eventId, random);
}

/**
 * A stored event, parsed and lifted to today's shape.
 *
 * @param text the stored text
 * @throws UnknownEvent when its type or version is newer than this release: the reader stops and says so
 * @throws SyntaxError when it is not JSON: the log is damaged
 */
export function readEvent(text: string): ClientEvent {
  const event = JSON.parse(text) as ClientEvent;
  const data = upcast(event.type, event.schemaVersion, event.data);
  if (data === event.data) return event;
  return { ...event, schemaVersion: schemaVersionOf(event.type), data } as ClientEvent;
}
