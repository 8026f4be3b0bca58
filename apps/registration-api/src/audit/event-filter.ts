import type { StoredEvent } from '@rollbook/event-log';
import { instantMs } from '../input/members.js';

/** What an auditor wants to see; what is undefined does not restrict. Instants are RFC 3339, both ends included. */
export type EventFilter = {
  type?: string | undefined;
  actorKind?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
};

type Envelope = { type: string; recordedAt: string; actor: { kind: string } };

/**
 * A predicate over stored events. Reads the envelope only and never upcasts: an auditor also sees events of types and
 * versions that this release does not know.
 */
export function eventFilter(filter: EventFilter): (event: StoredEvent) => boolean {
  const { type, actorKind } = filter;
  const sinceMs = filter.since === undefined ? -Infinity : instantMs(filter.since);
  const untilMs = filter.until === undefined ? Infinity : instantMs(filter.until);
  const byTime = filter.since !== undefined || filter.until !== undefined;
  if (type === undefined && actorKind === undefined && !byTime) return () => true;
  return ({ text }) => {
    const envelope = JSON.parse(text) as Envelope;
    if (type !== undefined && envelope.type !== type) return false;
    if (actorKind !== undefined && envelope.actor.kind !== actorKind) return false;
    if (!byTime) return true;
    const at = Date.parse(envelope.recordedAt);
    return at >= sinceMs && at <= untilMs;
  };
}
