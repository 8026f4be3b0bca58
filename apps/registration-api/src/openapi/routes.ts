import { AsOfQuery, ExportQuery, HistoryQuery, ListEventsQuery, StreamQuery } from '../audit/inputs.js';
import { ListClientsQuery, OptionalReasonBody, ReasonBody, RotateSecretBody } from '../admin/inputs.js';
import { ref, type Answer, type Route } from './route.js';

const json = (says: string, name: string): Answer => ({ says, schema: ref(name) });
const ndjson = (says: string): Answer => ({
  says,
  schema: { type: 'string' },
  mediaType: 'application/x-ndjson',
});
const schemaDocument = (says: string): Answer => ({
  says,
  schema: { type: 'object' },
  mediaType: 'application/schema+json',
});
const page = (says: string, mediaType: string): Answer => ({ says, schema: { type: 'string' }, mediaType });

const metadataBody = { schema: ref('ClientMetadata'), required: true };
const overlapBody = {
  required: false,
  schema: {
    type: 'object',
    properties: {
      overlap_seconds: {
        type: 'integer',
        minimum: 0,
        description: 'How long the old secret stays valid; 0 ends it at once',
      },
    },
  },
};
const METADATA_REFUSALS = [
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'unsupported_media_type',
  'unsupported_content_coding',
  'body_too_large',
] as const;
/** What every command for a stream can meet (an append that finds no free moment, a log that is full or closed). */
const APPEND_REFUSALS = ['too_many_requests', 'unavailable'] as const;

const CONNECT: readonly Route[] = [
  {
    method: 'POST',
    path: '/connect/register',
    operationId: 'registerClient',
    tag: 'registration',
    summary: 'Register a client',
    section: 'RFC 7591 §3',
    auth: 'open',
    body: metadataBody,
    answers: { 201: json('Registered', 'ClientInformationResponse') },
    refusals: [...METADATA_REFUSALS, 'invalid_token', ...APPEND_REFUSALS],
  },
  {
    method: 'POST',
    path: '/connect/register/validate',
    operationId: 'validateClientMetadata',
    tag: 'registration',
    summary: 'Dry run: what would be registered, or every violation',
    auth: 'open',
    body: metadataBody,
    answers: { 200: json('Acceptable', 'Validation') },
    refusals: [...METADATA_REFUSALS, 'invalid_token', 'too_many_requests'],
  },
  {
    method: 'GET',
    path: '/connect/register',
    operationId: 'readClient',
    tag: 'configuration',
    summary: 'Read the registration',
    section: 'RFC 7592 §2.1',
    auth: 'registration_access_token',
    answers: { 200: json('The current registration', 'ClientInformationResponse') },
    refusals: ['access_denied', 'too_many_requests', 'unavailable'],
  },
  {
    method: 'PUT',
    path: '/connect/register',
    operationId: 'updateClient',
    tag: 'configuration',
    summary: 'Replace the registration',
    section: 'RFC 7592 §2.2',
    auth: 'registration_access_token',
    body: metadataBody,
    answers: { 200: json('The registration as it is now', 'ClientInformationResponse') },
    refusals: ['access_denied', ...METADATA_REFUSALS, ...APPEND_REFUSALS],
  },
  {
    method: 'DELETE',
    path: '/connect/register',
    operationId: 'deleteClient',
    tag: 'configuration',
    summary: 'Delete the registration',
    section: 'RFC 7592 §2.3',
    auth: 'registration_access_token',
    answers: { 204: { says: 'Deleted' } },
    refusals: ['access_denied', ...APPEND_REFUSALS],
  },
  {
    method: 'POST',
    path: '/connect/register/secret',
    operationId: 'rotateClientSecret',
    tag: 'configuration',
    summary: 'A new client_secret; the old one stays valid for the overlap',
    auth: 'registration_access_token',
    body: overlapBody,
    answers: { 200: json('The registration with the new secret', 'ClientInformationResponse') },
    refusals: ['access_denied', 'invalid_request', 'conflict', 'unsupported_media_type', ...APPEND_REFUSALS],
  },
];

const DISCOVERY: readonly Route[] = [
  {
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    operationId: 'authorizationServerMetadata',
    tag: 'discovery',
    summary: 'Authorization server metadata, from the policy that validates',
    section: 'RFC 8414 §3',
    auth: 'open',
    answers: { 200: { says: 'The metadata', schema: { type: 'object' } } },
  },
  {
    method: 'GET',
    path: '/.well-known/openid-configuration',
    operationId: 'openidConfiguration',
    tag: 'discovery',
    summary: 'The same, for OpenID Connect',
    section: 'OIDC Discovery §4',
    auth: 'open',
    answers: { 200: { says: 'The metadata', schema: { type: 'object' } } },
  },
];

const admin = (route: Omit<Route, 'auth' | 'tag'>): Route => ({ auth: 'admin', tag: 'admin', ...route });
const ADMIN: readonly Route[] = [
  admin({
    method: 'GET',
    path: '/admin/clients',
    operationId: 'listClients',
    summary: 'List and search, newest first',
    query: ListClientsQuery,
    answers: { 200: json('A page', 'ClientPage') },
    refusals: ['invalid_request'],
  }),
  admin({
    method: 'GET',
    path: '/admin/clients/{client_id}',
    operationId: 'showClient',
    summary: 'One client, folded from its own events',
    answers: { 200: json('The client', 'Client') },
    refusals: ['not_found'],
  }),
  admin({
    method: 'DELETE',
    path: '/admin/clients/{client_id}',
    operationId: 'removeClient',
    summary: 'Delete a client; its history stays',
    body: OptionalReasonBody,
    answers: { 204: { says: 'Deleted' } },
    refusals: ['invalid_request', 'not_found', 'unsupported_media_type', ...APPEND_REFUSALS],
  }),
  admin({
    method: 'POST',
    path: '/admin/clients/{client_id}/suspend',
    operationId: 'suspendClient',
    summary: 'Suspend a client: its own requests are refused until it is reinstated',
    body: ReasonBody,
    answers: { 200: json('The client', 'Client') },
    refusals: ['invalid_request', 'not_found', 'conflict', 'unsupported_media_type', ...APPEND_REFUSALS],
  }),
  admin({
    method: 'POST',
    path: '/admin/clients/{client_id}/reinstate',
    operationId: 'reinstateClient',
    summary: 'End a suspension',
    body: ReasonBody,
    answers: { 200: json('The client', 'Client') },
    refusals: ['invalid_request', 'not_found', 'conflict', 'unsupported_media_type', ...APPEND_REFUSALS],
  }),
  admin({
    method: 'POST',
    path: '/admin/clients/{client_id}/secret',
    operationId: 'rotateSecretOfClient',
    summary: 'A new client_secret for a client',
    body: RotateSecretBody,
    answers: { 200: json('The new secret', 'NewSecret') },
    refusals: ['invalid_request', 'not_found', 'conflict', 'unsupported_media_type', ...APPEND_REFUSALS],
  }),
  admin({
    method: 'POST',
    path: '/admin/clients/{client_id}/registration-access-token',
    operationId: 'renewRegistrationAccessToken',
    summary: 'A new registration access token for a client that lost it; the old one ends at once',
    answers: { 200: json('The new token', 'NewRegistrationAccessToken') },
    refusals: ['invalid_request', 'not_found', 'unsupported_media_type', ...APPEND_REFUSALS],
  }),
  admin({
    method: 'GET',
    path: '/admin/statistics',
    operationId: 'showStatistics',
    summary: 'How many clients of which kind',
    answers: { 200: json('The counts, and the position they stand for', 'Statistics') },
  }),
  admin({
    method: 'GET',
    path: '/admin/projections',
    operationId: 'listProjections',
    summary: 'Read models: lag, parked clients, rebuild',
    answers: { 200: json('The read models', 'Projections') },
  }),
  admin({
    method: 'POST',
    path: '/admin/projections/{name}/rebuild',
    operationId: 'rebuildProjection',
    summary: 'Build a read model anew beside the live one, compare, switch',
    answers: { 202: json('Started', 'Projection') },
    refusals: ['invalid_request', 'not_found', 'conflict', 'unsupported_media_type'],
  }),
  admin({
    method: 'GET',
    path: '/admin/projections/{name}/parked',
    operationId: 'listParkedClients',
    summary: 'Clients with an event that cannot be applied',
    answers: { 200: json('The parked clients', 'ParkedClients') },
    refusals: ['not_found'],
  }),
  admin({
    method: 'POST',
    path: '/admin/projections/{name}/parked/{client_id}/retry',
    operationId: 'retryParkedClient',
    summary: 'Try a parked client again',
    answers: { 200: json('Tried', 'ParkedRetry') },
    refusals: ['invalid_request', 'not_found', 'unsupported_media_type'],
  }),
];

const audit = (route: Omit<Route, 'auth' | 'tag' | 'method'>): Route => ({
  method: 'GET',
  auth: 'auditor',
  tag: 'audit',
  ...route,
});
const AUDIT: readonly Route[] = [
  audit({
    path: '/audit/events',
    operationId: 'listEvents',
    summary: 'Events in the order of the log, filtered',
    query: ListEventsQuery,
    answers: { 200: json('A page', 'EventPage') },
    refusals: ['invalid_request'],
  }),
  audit({
    path: '/audit/events.ndjson',
    operationId: 'exportEvents',
    summary: 'Every event of a range as its stored octets, a line each; the last line is ExportEnd',
    query: ExportQuery,
    answers: { 200: ndjson('The events') },
    refusals: ['invalid_request', 'unavailable'],
  }),
  audit({
    path: '/audit/events/stream',
    operationId: 'followEvents',
    summary: 'Events as they come: id is the position, event the type, data the stored octets',
    section: 'WHATWG HTML §9.2',
    query: StreamQuery,
    headers: { 'Last-Event-ID': 'Position of the last event received' },
    answers: { 200: page('Server-sent events', 'text/event-stream') },
    refusals: ['invalid_request', 'conflict', 'unavailable'],
  }),
  audit({
    path: '/audit/clients/{client_id}',
    operationId: 'showClientAsOf',
    summary: 'A client as it is, or as it was at a position or time',
    query: AsOfQuery,
    answers: { 200: json('The client', 'Client') },
    refusals: ['invalid_request', 'not_found'],
  }),
  audit({
    path: '/audit/clients/{client_id}/history',
    operationId: 'showClientHistory',
    summary: 'What changed of a client, when, by whom, under which policy',
    query: HistoryQuery,
    answers: { 200: json('A page', 'HistoryPage') },
    refusals: ['invalid_request', 'not_found'],
  }),
  audit({
    path: '/audit/replay',
    operationId: 'replayLog',
    summary: 'Fold the whole log again and compare with the read model; the last line is ReplayReport',
    answers: { 200: ndjson('Progress about once a second, then the report') },
    refusals: ['conflict', 'unavailable'],
  }),
];

const open = (route: Omit<Route, 'auth' | 'tag' | 'method'>, tag = 'operations'): Route => ({
  method: 'GET',
  auth: 'open',
  tag,
  ...route,
});
const OPERATIONS: readonly Route[] = [
  open(
    {
      path: '/schemas/events',
      operationId: 'listEventSchemas',
      summary: 'The event types and versions that have a schema',
      answers: { 200: json('The index', 'EventSchemas') },
    },
    'schemas',
  ),
  open(
    {
      path: '/schemas/events/{type}/{version}',
      operationId: 'showEventSchema',
      summary: 'JSON Schema of one event type and version, envelope included',
      answers: { 200: schemaDocument('The schema') },
      refusals: ['not_found'],
    },
    'schemas',
  ),
  open(
    {
      path: '/schemas/states/ClientState/{version}',
      operationId: 'showClientStateSchema',
      summary: 'JSON Schema of the states on the compacted topic of clients',
      answers: { 200: schemaDocument('The schema') },
      refusals: ['not_found'],
    },
    'schemas',
  ),
  open(
    {
      path: '/schemas/policy',
      operationId: 'showPolicySchema',
      summary: 'JSON Schema of the policy file',
      answers: { 200: schemaDocument('The schema') },
    },
    'schemas',
  ),
  open(
    {
      path: '/schemas/client-metadata',
      operationId: 'showClientMetadataSchema',
      summary: 'JSON Schema of client metadata',
      answers: { 200: schemaDocument('The schema') },
    },
    'schemas',
  ),
  open({
    path: '/health/live',
    operationId: 'healthLive',
    summary: 'Whether the process should be kept',
    answers: {
      200: json('It lives', 'Health'),
      503: { ...json('It should be replaced', 'Health'), retry: true },
    },
  }),
  open({
    path: '/health/ready',
    operationId: 'healthReady',
    summary: 'Whether a registration would be accepted',
    answers: { 200: json('It would', 'Health'), 503: { ...json('It would not', 'Health'), retry: true } },
  }),
  open({
    path: '/metrics',
    operationId: 'metrics',
    summary: 'Metrics for Prometheus',
    answers: { 200: page('The metrics', 'text/plain') },
  }),
  open({
    path: '/docs',
    operationId: 'docsPage',
    summary: 'This document as a page to try the service',
    answers: { 200: page('The page', 'text/html') },
  }),
  open({
    path: '/docs/openapi.json',
    operationId: 'openApiDocument',
    summary: 'This document',
    section: 'OpenAPI 3.1',
    answers: { 200: { says: 'The document', schema: { type: 'object' } } },
  }),
  open({
    path: '/docs/{file}',
    operationId: 'docsFile',
    summary: 'Scripts and styles of the page',
    answers: { 200: { says: 'The file', schema: {}, mediaType: '*/*' } },
    refusals: ['not_found'],
  }),
];

/** Every route of the service. A test holds it against the controllers: nothing more, nothing less. */
export const ROUTES: readonly Route[] = [...CONNECT, ...DISCOVERY, ...ADMIN, ...AUDIT, ...OPERATIONS];
