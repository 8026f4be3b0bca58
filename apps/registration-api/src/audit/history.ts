import {
  type Actor,
  type Change,
  type ClientState,
  describeChange,
  evolve,
  initialState,
  type PersonalFacts,
} from '@rollbook/registration';
import type { PersonalDataState } from '../admin/shown-client.js';
import type { PlacedEvent } from '../clients/client-streams.js';

/** What was sealed with an event. */
export type SealedFacts = NonNullable<ClientState['personal']>;
/** Decrypts; null when the key is erased. */
export type OpenPersonal = (sealed: SealedFacts) => Promise<PersonalFacts | null>;

/** One event of a client, as a person reads it. */
export type HistoryEntry = {
  position: number;
  streamVersion: number;
  recordedAt: string;
  type: string;
  actor: Actor;
  policyVersion: string;
  correlationId: string;
  reason: string | null;
  /** Where the request came from, as far as it was recorded and is readable. */
  origin: { ip: string | null; userAgent: string | null };
  personalData: PersonalDataState;
  changes: Change[];
};

/**
 * The changes of one client, oldest first: what each event did, by comparing the fold before it with the fold after it.
 *
 * @param events the client's whole stream
 * @param page the changes behind position `after`, at most `limit`
 * @returns `next`: the cursor of the next page, null at the end
 */
export async function clientHistory(
  events: AsyncIterable<PlacedEvent> | Iterable<PlacedEvent>,
  page: { after: number; limit: number },
  open: OpenPersonal,
): Promise<{ items: HistoryEntry[]; next: number | null }> {
  const items: HistoryEntry[] = [];
  const opened = openOnce(open);
  let before = initialState();
  for await (const event of events) {
    const after = evolve(before, event);
    if (event.position > page.after) {
      const last = items.at(-1);
      if (last !== undefined && items.length === page.limit) return { items, next: last.position };
      items.push(await entry(event, before, after, opened));
    }
    before = after;
  }
  return { items, next: null };
}

async function entry(
  event: PlacedEvent,
  before: ClientState,
  after: ClientState,
  open: OpenPersonal,
): Promise<HistoryEntry> {
  const { position, streamVersion, recordedAt, type, actor, policyVersion, correlationId } = event;
  const facts =
    event.personal === null ? null : await open({ eventId: event.eventId, personal: event.personal });
  const personalMembers = async ({ personal }: ClientState) =>
    personal === null ? null : ((await open(personal))?.metadata ?? null);
  return {
    position,
    streamVersion,
    recordedAt,
    type,
    actor,
    policyVersion,
    correlationId,
    reason: 'reason' in event.data ? event.data.reason : null,
    origin: { ip: facts?.ip ?? null, userAgent: facts?.userAgent ?? null },
    personalData: event.personal === null ? 'none' : facts === null ? 'unreadable' : 'readable',
    changes: describeChange(before, after, event, {
      before: await personalMembers(before),
      after: await personalMembers(after),
    }),
  };
}

/** The state before and after most events points to the same sealed facts. */
function openOnce(open: OpenPersonal): OpenPersonal {
  const kept = new Map<string, Promise<PersonalFacts | null>>();
  return (sealed) => {
    const found = kept.get(sealed.eventId) ?? open(sealed);
    kept.set(sealed.eventId, found);
    return found;
  };
}
