import { randomBytes, randomUUID } from 'node:crypto';
import type { Append } from '@rollbook/event-log';

/** A text with the envelope of a stored event (design §3) and data of any size. */
export function eventText(streamId: string, streamVersion: number, padding = ''): string {
  return textOf(streamId, streamVersion, streamVersion === 1 ? 'ClientRegistered' : 'ClientUpdated', {
    padding,
  });
}

const textOf = (streamId: string, streamVersion: number, type: string, data: object): string =>
  JSON.stringify({
    eventId: randomUUID(),
    type,
    schemaVersion: 1,
    streamId,
    streamVersion,
    recordedAt: '2026-11-24T03:00:00.000Z',
    correlationId: randomUUID(),
    causationId: null,
    actor: { kind: 'anonymous', ref: null },
    policyVersion: '0123456789abcdef',
    data,
    personal: null,
  });

/** A stream that nobody has used. */
export const newStream = (): string => `client-${randomBytes(16).toString('base64url')}`;

/** One command that appends `events` events to a stream. */
export function command(streamId: string, expectedVersion: number, events = 1, padding = ''): Append {
  const texts = Array.from({ length: events }, (_, i) =>
    eventText(streamId, expectedVersion + 1 + i, padding),
  );
  return { streamId, expectedVersion, events: texts, commitId: randomUUID() };
}

const DIGEST = 'Qp3sLx6fVn0bZr8kTd1yHuJgCw5mEoAi9vRtKzXcB2E';

/** Events that make sense: what a client's life looks like, one command each. */
const LIFE: Record<string, (streamId: string, streamVersion: number) => object> = {
  ClientRegistered: (streamId) => ({
    client_id: streamId.slice('client-'.length),
    client_id_issued_at: 1_793_000_000,
    metadata: { client_name: 'My Example Application', redirect_uris: ['https://example.com/callback'] },
    registrationAccessToken: { digest: DIGEST },
    secret: {
      secretId: 's-1',
      digest: DIGEST,
      issuedAt: '2026-11-24T03:00:00.000Z',
      client_secret_expires_at: 0,
    },
  }),
  ClientUpdated: (_, streamVersion) => ({
    metadata: { client_name: `Name ${streamVersion}`, redirect_uris: ['https://example.com/callback'] },
    changed: ['client_name'],
  }),
  ClientSuspended: () => ({ reason: 'test' }),
  ClientReinstated: () => ({ reason: null }),
  ClientDeleted: () => ({ reason: null }),
};

/** The next event in the life of a client, as one command. */
export function lifeEvent(streamId: string, expectedVersion: number, type: keyof typeof LIFE): Append {
  const data = LIFE[type]?.(streamId, expectedVersion + 1) ?? {};
  const events = [textOf(streamId, expectedVersion + 1, type, data)];
  return { streamId, expectedVersion, events, commitId: randomUUID() };
}
