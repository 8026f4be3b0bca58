import { randomBytes } from 'node:crypto';
import type { EventLogReader, StoredEvent } from '../src/index.js';

/** A stream that nobody has used. */
export const uniqueStream = (): string => `client-${randomBytes(16).toString('base64url')}`;

/** An event's text as the log expects it: unique, and naming its place in its stream. */
export const textFor = (streamId: string, streamVersion: number, padding = ''): string =>
  JSON.stringify({ eventId: crypto.randomUUID(), streamId, streamVersion, data: { padding } });

/** The log from its beginning, or after a position, in pages of `limit`. */
export async function readWholeLog(log: EventLogReader, limit: number, after = 0): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = await log.readAll({ after: events.at(-1)?.position ?? after, limit });
    if (page.length === 0) return events;
    events.push(...page);
  }
}
