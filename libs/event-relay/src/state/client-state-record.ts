import { type Static, Type } from '@sinclair/typebox';
import {
  type ClientState,
  clientMetadataShape,
  clientSecretShape,
  instantShape,
  nullableShape,
} from '@rollbook/registration';

/** Version in which states are written today. A version only ever gains optional members, as with events. */
export const CLIENT_STATE_VERSION = 1;

const secret = Type.Object(
  {
    ...clientSecretShape.properties,
    validUntil: nullableShape(
      instantShape('RFC 3339'),
      'Once it was rotated: from then on it is refused. null for the current secret.',
    ),
  },
  { description: clientSecretShape.description },
);

/**
 * The value of a record on the topic of clients (design §7): what an authorization server needs to know of a client,
 * and no more. Personal members, addresses and registration access tokens are not in it, in no form: only Rollbook
 * itself accepts those tokens, and a compacted topic is no place for what has to be erased.
 */
const clientState = Type.Object({
  schemaVersion: Type.Literal(CLIENT_STATE_VERSION, { description: 'Version of this shape.' }),
  client_id: Type.String({ minLength: 1, description: 'Never changes. RFC 7591 §3.2.1, RFC 7592 §2.1' }),
  client_id_issued_at: Type.Integer({
    minimum: 0,
    description: 'Seconds since the epoch; never changes. RFC 7591 §3.2.1',
  }),
  status: Type.Union(
    (['active', 'suspended', 'deleted'] as const).map((status) => Type.Literal(status)),
    { description: 'Only an active client may be served. A deleted one is followed by a tombstone.' },
  ),
  metadata: clientMetadataShape,
  secrets: Type.Array(secret, {
    maxItems: 2,
    description:
      'Newest last; whether one still counts is a question asked with a time: docs/verifying-secrets.md §3',
  }),
  streamVersion: Type.Integer({
    minimum: 1,
    description: 'Version of the last event in this state; the next event has the next one.',
  }),
  recordedAt: instantShape('When that event was recorded. RFC 3339, UTC, milliseconds.'),
});

export type ClientStateRecord = Static<typeof clientState>;

/** A state that can't be published: its stream does not begin with a registration. */
export class NotAClient extends Error {
  constructor(streamVersion: number) {
    super(`a stream of ${streamVersion} events does not begin with a registration`);
    this.name = 'NotAClient';
  }
}

/**
 * What is published of a client as of one event.
 *
 * @throws NotAClient for the state of a client that was never registered
 */
export function clientStateRecord(state: ClientState): ClientStateRecord {
  const { status, recordedAt } = state;
  // Only a registration names the client; a suspension alone would make it `suspended`, and nobody.
  const registered = state.client_id !== '' && recordedAt !== null;
  if (!registered || status === 'absent') throw new NotAClient(state.streamVersion);
  return {
    schemaVersion: CLIENT_STATE_VERSION,
    client_id: state.client_id,
    client_id_issued_at: state.client_id_issued_at,
    status,
    metadata: state.metadata,
    secrets: state.secrets,
    streamVersion: state.streamVersion,
    recordedAt,
  };
}

/** Where the schema of a state is published; also its `$id`. */
export const clientStateSchemaPath = (version: number) => `/schemas/states/ClientState/${version}`;

/** The JSON Schema (draft 2020-12) of the states of one version; `null` when there is none. */
export function clientStateSchema(version: number): Record<string, unknown> | null {
  if (version !== CLIENT_STATE_VERSION) return null;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: clientStateSchemaPath(version),
    title: 'Client state',
    description: 'A client as of one of its events: a record of the compacted topic of clients.',
    // Without TypeBox's symbols, which JSON has no place for.
    ...(JSON.parse(JSON.stringify(clientState)) as Record<string, unknown>),
  };
}
