import { randomBytes, randomUUID } from 'node:crypto';
import type { Append } from '@rollbook/event-log';

/** A text with the envelope of a stored event (design §3) and data of any size. */
export function eventText(streamId: string, streamVersion: number, padding = ''): string {
  return JSON.stringify({
    eventId: randomUUID(),
    type: streamVersion === 1 ? 'ClientRegistered' : 'ClientUpdated',
    schemaVersion: 1,
    streamId,
    streamVersion,
    recordedAt: '2026-11-24T03:00:00.000Z',
    correlationId: randomUUID(),
    causationId: null,
    actor: { kind: 'anonymous', ref: null },
    policyVersion: '0123456789abcdef',
    data: { padding },
    personal: null,
  });
}

/** A stream that nobody has used. */
export const newStream = (): string => `client-${randomBytes(16).toString('base64url')}`;

/** One command that appends `events` events to a stream. */
export function command(streamId: string, expectedVersion: number, events = 1, padding = ''): Append {
  const texts = Array.from({ length: events }, (_, i) =>
    eventText(streamId, expectedVersion + 1 + i, padding),
  );
  return { streamId, expectedVersion, events: texts, commitId: randomUUID() };
}
