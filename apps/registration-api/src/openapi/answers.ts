import { REFUSALS } from '@rollbook/protocol';
import { ref, type Schema } from './route.js';

/** Shapes of answers, as JSON Schemas. The end-to-end tests check real answers against them. */

/** An object whose listed members are all there; a member ending in `?` may be absent. */
function record(description: string, members: { [name: string]: Schema }): Schema {
  const names = Object.keys(members);
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(names.map((name) => [name.replace(/\?$/, ''), members[name]])),
    required: names.filter((name) => !name.endsWith('?')),
  };
}
const list = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description === undefined ? {} : { description }),
});
const text = (description?: string): Schema => ({
  type: 'string',
  ...(description === undefined ? {} : { description }),
});
const nullable = (type: string, description: string): Schema => ({ type: [type, 'null'], description });
const oneOf = (values: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: values,
  ...(description === undefined ? {} : { description }),
});
const instant: Schema = { type: 'string', format: 'date-time' };
const count: Schema = { type: 'integer', minimum: 0 };
const epochSeconds = (description: string): Schema => ({ type: 'integer', minimum: 0, description });

const client_id = text('RFC 7591 §3.2.1');
const client_secret = text('Shown in this answer only. RFC 7591 §3.2.1');
const client_secret_expires_at = epochSeconds('Seconds since the epoch; 0 = never. RFC 7591 §3.2.1');
const client_id_issued_at = epochSeconds('Seconds since the epoch. RFC 7591 §3.2.1');
const registration_access_token = text('Shown in this answer only. RFC 7592 §3');
const registration_client_uri: Schema = { type: 'string', format: 'uri', description: 'RFC 7592 §3' };
const position: Schema = { type: 'integer', minimum: 0, description: 'Place in the log: dense, from 1' };
const status = oneOf(['active', 'suspended', 'deleted']);
const actor = record('Who did it', {
  kind: oneOf(['anonymous', 'client', 'initial_access_token', 'operator', 'system']),
  ref: nullable('string', 'client_id of a client, or the name of the operator’s token entry'),
});
const secret = record('A client_secret, without what it is', {
  secretId: text(),
  issuedAt: instant,
  client_secret_expires_at,
  validUntil: nullable('string', 'End of the overlap after a rotation (RFC 3339); null: no end'),
});
const page = (items: Schema): Schema =>
  record('A page of a list, and how far behind the log it is', {
    items: list(items),
    next: nullable('string', 'cursor of the next page; null on the last'),
    readModel: record('Position that the answer stands for', {
      position,
      head: position,
      lagSeconds: {
        type: 'number',
        minimum: 0,
        description: 'Age of the oldest event that is not in the answer yet',
      },
    }),
  });

const metadataAndCredentials: Schema = {
  allOf: [
    ref('ClientMetadata'),
    record('What the server adds', {
      client_id,
      client_id_issued_at,
      'client_secret?': client_secret,
      'client_secret_expires_at?': client_secret_expires_at,
      'registration_access_token?': registration_access_token,
      'registration_client_uri?': registration_client_uri,
    }),
  ],
  description:
    'The client information response: every registered member, and the credentials (RFC 7591 §3.2.1). A secret or token stands in the answer that issues it, and in no other.',
};

const validation = record('The dry run', {
  metadata: ref('ClientMetadata'),
  warnings: list(
    record('Accepted, but worth a look', { members: list(text()), rule: text(), message: text() }),
  ),
});

const shownClient = record('A client as operators and auditors see it: no digest of a secret or token', {
  client_id,
  client_id_issued_at,
  status,
  metadata: ref('ClientMetadata'),
  personalData: oneOf(
    ['none', 'readable', 'unreadable'],
    'unreadable: the key of the personal members was erased',
  ),
  secrets: list(secret),
  streamVersion: count,
  position,
  recordedAt: instant,
  'publishedPosition?': {
    type: 'integer',
    minimum: 0,
    description:
      'Of GET /admin/clients/{client_id} only: everything up to this position is on Kafka, so the client’s last change is once this is not below its position. Absent where nothing is published (embedded service)',
  },
});

const listedClient = record('A client in a list; its personal members are not in it', {
  client_id,
  client_id_issued_at,
  status,
  metadata: ref('ClientMetadata'),
  secrets: list(secret),
  registeredAt: instant,
  updatedAt: instant,
  streamVersion: count,
  position,
  policyVersion: text(),
});

const counted = list(record('A value, and how many clients have it', { value: text(), clients: count }));
const statistics = record('Counts over the clients model', {
  clients: count,
  byStatus: counted,
  byTokenEndpointAuthMethod: counted,
  byGrantType: counted,
  byApplicationType: counted,
  registrationsPerDay: list(record('A UTC day', { day: text(), clients: count })),
  position,
  countedAt: instant,
});

const projection = record('A read model and how far it is', {
  name: text(),
  modelVersion: count,
  position,
  head: position,
  positionRecordedAt: { type: ['string', 'null'], format: 'date-time' },
  lag: record('How far behind the log', { events: count, seconds: { type: 'number', minimum: 0 } }),
  state: oneOf(['live', 'paused', 'stopped']),
  lastError: nullable('string', 'Why it is paused or stopped'),
  parked: count,
  skippedEvents: count,
  repairedGaps: count,
  rebuild: {
    description: 'The rebuild that is under way, or the last one that failed',
    oneOf: [
      { type: 'null' },
      record('A rebuild', {
        state: oneOf(['folding', 'indexing', 'comparing', 'failed']),
        reason: text(),
        position,
        head: position,
        startedAt: instant,
        differences: nullable('integer', 'Clients whose live document differs from the new one'),
        error: nullable('string', 'Of a failed rebuild'),
      }),
    ],
  },
  rebuilt: {
    description: 'The last rebuild since the start that took the place of the live model',
    oneOf: [
      { type: 'null' },
      record('A rebuild', {
        reason: text(),
        finishedAt: instant,
        differences: nullable('integer', 'Clients whose document differed from the live one'),
      }),
    ],
  },
});

const parkedClient = record('A client with an event that cannot be applied', {
  client_id,
  reason: text(),
  firstVersion: count,
  position,
  skippedEvents: count,
});

const historyEntry = record('One event of a client, as a person reads it', {
  position,
  streamVersion: count,
  recordedAt: instant,
  type: text(),
  actor,
  policyVersion: text(),
  correlationId: text(),
  reason: nullable('string', 'Why, where the event has a reason'),
  origin: record('Where the request came from, as far as it is readable', {
    ip: nullable('string', 'Source address'),
    userAgent: nullable('string', 'User-Agent'),
  }),
  personalData: oneOf(['none', 'readable', 'unreadable']),
  changes: list(
    record('A member before and after; null: it was or is not there', {
      member: text(),
      before: {},
      after: {},
      'personal?': { const: true },
    }),
  ),
});

const health = record('The checks that fail', {
  status: oneOf(['ok', 'failing']),
  failing: list(record('A check', { name: text(), reason: text() })),
});

const error: Schema = record('Every error answer', {
  error: oneOf([...new Set(Object.values(REFUSALS).map((row) => row.error))]),
  error_description: text('What to change'),
  'violations?': list(
    record('One broken rule', { members: list(text()), rule: text(), section: text(), message: text() }),
  ),
});

/** Named shapes, for `#/components/schemas`. */
export const ANSWER_SCHEMAS: { readonly [name: string]: Schema } = {
  ClientInformationResponse: metadataAndCredentials,
  Validation: validation,
  Client: shownClient,
  ListedClient: listedClient,
  ClientPage: page(ref('ListedClient')),
  NewSecret: record('A rotated secret', {
    client_id,
    secretId: text(),
    client_secret,
    client_secret_expires_at,
  }),
  NewRegistrationAccessToken: record('A new registration access token; the earlier ones have ended', {
    client_id,
    registration_access_token,
    registration_client_uri,
  }),
  Statistics: statistics,
  Projection: projection,
  Projections: record('Every read model', { items: list(ref('Projection')) }),
  ParkedClients: record('Clients that are parked', { items: list(parkedClient) }),
  ParkedRetry: record('The second try', {
    client_id,
    applied: { type: 'boolean', description: 'false: it was parked anew' },
  }),
  EventPage: record('A page of events; it may hold fewer than asked for, even none, and have a next page', {
    items: list({
      allOf: [record('Its place in the log', { position }), ref('StoredEvent')],
      description: 'The stored event with its position in front',
    }),
    next: nullable('integer', 'after of the next page; null at the end of the log or range'),
    head: position,
  }),
  HistoryPage: record('Changes of one client, oldest first', {
    items: list(historyEntry),
    next: nullable('integer', 'after of the next page; null at the end'),
  }),
  ExportEnd: record('The last line of an export', {
    export: record('What came before it', {
      from: position,
      to: position,
      count,
      sha256: text('hex, over all octets of the lines before'),
    }),
  }),
  ReplayReport: record('The last line of a replay', {
    position,
    events: count,
    clients: count,
    equal: { type: 'boolean' },
    differing: count,
    differences: list(record('A client', { client_id, kind: text(), members: list(text()) })),
    seconds: { type: 'number' },
  }),
  EventSchemas: record('Every event type', {
    items: list(record('One type and version', { type: text(), version: count, url: text() })),
  }),
  Health: health,
  Error: error,
};
