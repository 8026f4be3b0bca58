// What this service knows of Rollbook's clients, and how records change it. Pure: Kafka is in follow.ts, files in store.ts.

/** A `client_secret`, never in clear: docs/verifying-secrets.md §1. */
export type Secret = {
  secretId: string;
  digest: string;
  client_secret_jwe?: object;
  issuedAt: string;
  client_secret_expires_at: number;
  /** Once it was rotated, the end of its overlap. */
  validUntil: string | null;
};

/** Of each client what an authorization server needs. Keep what you need, and no more. */
export type Client = {
  client_id: string;
  status: 'active' | 'suspended';
  metadata: Record<string, unknown>;
  secrets: Secret[];
  /** Version of the last event in here; the next event of the client has the next one. */
  streamVersion: number;
};

/** How far one partition of the topic of events is taken in: the next offset, and the position of its last event. */
export type Place = { offset: number; position: number };

/** The clients by key (`client-<client_id>`), and with them the places by partition: whoever keeps one keeps both. */
export type View = { clients: Map<string, Client>; places: Map<number, Place> };

/** A record of the compacted topic of clients. */
export type StateRecord = {
  partition: number;
  key: string;
  /** null: a tombstone. */
  value: string | null;
  eventsOffset: number;
  position: number;
};

/** A record of the topic of events. */
export type EventRecord = {
  partition: number;
  offset: number;
  key: string;
  value: string;
  position: number;
  previousPosition: number;
  streamVersion: number;
};

export const emptyView = (): View => ({ clients: new Map(), places: new Map() });

/** Records are missing between what is known and this one: bootstrap again. */
export class Gap extends Error {
  override name = 'Gap';
}

/** Written by a release of Rollbook that this program does not know yet: stop, and update the program. */
export class UnknownVersion extends Error {
  override name = 'UnknownVersion';
}

const STATE_VERSION = 1;
const EVENT_VERSION = 1;

// #region state
/** Takes in a record of the topic of clients. The last one of a key counts. */
export function applyState(view: View, record: StateRecord): void {
  const place = view.places.get(record.partition);
  if (place === undefined || record.position >= place.position) {
    view.places.set(record.partition, { offset: record.eventsOffset + 1, position: record.position });
  }
  const state = record.value === null ? null : readState(record.value);
  if (state === null) view.clients.delete(record.key);
  else view.clients.set(record.key, state);
}
// #endregion state

function readState(value: string): Client | null {
  const { schemaVersion, client_id, status, metadata, secrets, streamVersion } = JSON.parse(value) as Omit<
    Client,
    'status'
  > & { schemaVersion: number; status: 'active' | 'suspended' | 'deleted' };
  if (schemaVersion !== STATE_VERSION)
    throw new UnknownVersion(`state of a client in version ${schemaVersion}`);
  return status === 'deleted' ? null : { client_id, status, metadata, secrets, streamVersion };
}

// #region event
/**
 * Takes in a record of the topic of events.
 *
 * @returns false for a repeat, which changes nothing
 * @throws Gap, UnknownVersion; the view is as before
 */
export function applyEvent(view: View, record: EventRecord): boolean {
  const place = view.places.get(record.partition) ?? { offset: 0, position: 0 };
  const next = record.offset + 1;
  if (record.position <= place.position) {
    view.places.set(record.partition, { ...place, offset: next });
    return false;
  }
  if (record.previousPosition !== place.position) {
    throw new Gap(
      `partition ${record.partition} lacks what is between positions ${place.position} and ${record.position}`,
    );
  }
  // Other streams (`iat-…`, `system`) are on this topic too; they only have their place.
  if (record.key.startsWith('client-')) applyToClient(view.clients, record);
  view.places.set(record.partition, { offset: next, position: record.position });
  return true;
}
// #endregion event

function applyToClient(clients: View['clients'], { key, value, streamVersion }: EventRecord): void {
  const before = clients.get(key);
  if (streamVersion !== (before?.streamVersion ?? 0) + 1) {
    throw new Gap(`${key} is known up to version ${before?.streamVersion ?? 0}, now comes ${streamVersion}`);
  }
  const after = fold(before, JSON.parse(value) as StoredEvent);
  if (after === null) clients.delete(key);
  else clients.set(key, { ...after, streamVersion });
}

export type StoredEvent = { type: string; schemaVersion: number; data: EventData };
type EventData = {
  client_id: string;
  metadata: Record<string, unknown>;
  secret: Omit<Secret, 'validUntil'> | null;
  secretId: string;
  previous: { secretId: string; validUntil: string };
};

// #region fold
const current = (secret: EventData['secret']): Secret[] =>
  secret === null ? [] : [{ ...secret, validUntil: null }];

/** What each event changes; docs/events.md has their members, docs/verifying-secrets.md §2 the rules for secrets. */
const CHANGES: Record<string, (client: Client, data: EventData) => Partial<Client> | null> = {
  ClientUpdated: (_, { metadata }) => ({ metadata }),
  SecretIssued: (_, { secret }) => ({ secrets: current(secret) }),
  SecretRotated: ({ secrets }, { secret, previous }) => ({
    secrets: [
      ...secrets
        .filter(({ secretId }) => secretId === previous.secretId)
        .map((old) => ({ ...old, validUntil: previous.validUntil })),
      ...current(secret),
    ],
  }),
  SecretRevoked: ({ secrets }, data) => ({
    secrets: secrets.filter(({ secretId }) => secretId !== data.secretId),
  }),
  // The token is for Rollbook itself; the event only has its version.
  RegistrationAccessTokenRotated: () => ({}),
  ClientSuspended: () => ({ status: 'suspended' }),
  ClientReinstated: () => ({ status: 'active' }),
  ClientDeleted: () => null,
};
// #endregion fold

/** The client after one more event; null when it is deleted. */
export function fold(client: Client | undefined, { type, schemaVersion, data }: StoredEvent): Client | null {
  if (schemaVersion !== EVENT_VERSION) throw new UnknownVersion(`${type} in version ${schemaVersion}`);
  if (type === 'ClientRegistered') {
    const { client_id, metadata, secret } = data;
    return { client_id, status: 'active', metadata, secrets: current(secret), streamVersion: 1 };
  }
  const change = CHANGES[type];
  if (change === undefined) throw new UnknownVersion(`event type ${type}`);
  if (client === undefined) throw new Gap(`${type} for a client that is not known`);
  const changed = change(client, data);
  return changed === null ? null : { ...client, ...changed };
}
