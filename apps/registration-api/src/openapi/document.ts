import { clientMetadataSchema } from '@rollbook/client-metadata';
import { REFUSALS, type RefusalName } from '@rollbook/protocol';
import { publishedEventSchemas } from '../schemas/published-event-schemas.js';
import { ANSWER_SCHEMAS } from './answers.js';
import { bodySchema, queryParameters } from './input-schema.js';
import { AUTH_REFUSALS, type Auth, PATH_PARAMETERS, ref, type Route, type Schema } from './route.js';
import { ROUTES } from './routes.js';

/** Of the interface, not of the release: its first number changes when a caller has to. */
const INTERFACE_VERSION = '1.0.0';

/** Every route can meet these. */
const COMMON_REFUSALS: readonly RefusalName[] = ['server_error'];

const SCHEMES: { readonly [auth in Auth]: string | null } = {
  open: null,
  registration_access_token: 'The registration access token of the client (RFC 7592 §3)',
  admin: 'A token of ROLLBOOK_ADMIN_TOKENS. It opens /admin and nothing else',
  auditor: 'A token of ROLLBOOK_AUDITOR_TOKENS. It opens /audit and nothing else',
};

/**
 * The OpenAPI 3.1 document of the service.
 *
 * @param options.publicUrl the service's address; its path is where the page sends its requests
 */
export function openApiDocument(options: { publicUrl: string; routes?: readonly Route[] }): object {
  const { routes = ROUTES } = options;
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rollbook',
      version: INTERFACE_VERSION,
      description:
        'OAuth 2.0 and OpenID Connect dynamic client registration. Members under /connect are those of RFC 7591 and ' +
        'its extensions; under /admin and /audit ours are camelCase around them. Every answer is `no-store`. A method ' +
        'that a path does not have is refused with 405 and `Allow`.',
    },
    // The path alone: a page that was opened under another name of this host must not send its requests elsewhere.
    servers: [{ url: new URL(options.publicUrl).pathname.replace(/(.)\/$/, '$1') }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: paths(routes),
    components: { schemas: schemas(), securitySchemes: securitySchemes() },
  };
}

function paths(routes: readonly Route[]): Record<string, Record<string, object>> {
  const found: Record<string, Record<string, object>> = {};
  for (const route of routes) (found[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return found;
}

function operation(route: Route): object {
  const parameters = [...pathParameters(route), ...inputParameters(route)];
  const body = requestBody(route);
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.section === undefined ? {} : { description: route.section }),
    security: route.auth === 'open' ? [] : [{ [route.auth]: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === null ? {} : { requestBody: body }),
    responses: { ...answers(route), ...refusals(route) },
  };
}

function pathParameters({ path }: Route): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PATH_PARAMETERS[name],
    schema: { type: 'string' },
  }));
}

/** The query form of `registration_client_uri` names the client (RFC 7592 §3). */
const CLIENT_ID_QUERY = {
  name: 'client_id',
  in: 'query',
  required: true,
  description: PATH_PARAMETERS['client_id'],
  schema: { type: 'string' },
};

function inputParameters({ query, headers = {}, auth }: Route): object[] {
  return [
    ...(auth === 'registration_access_token' ? [CLIENT_ID_QUERY] : []),
    ...(query === undefined ? [] : queryParameters(query)),
    ...Object.entries(headers).map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    })),
  ];
}

function requestBody({ body }: Route): object | null {
  if (body === undefined) return null;
  const schema = typeof body === 'function' ? bodySchema(body) : body.schema;
  const required = typeof body === 'function' ? 'required' in schema : body.required;
  return { required, content: { 'application/json': { schema } } };
}

const NO_STORE = { 'Cache-Control': { schema: { const: 'no-store' } } };
const header = (name: string) => ({ [name]: { schema: { type: 'string' } } });

function answers(route: Route): Record<string, object> {
  const entries = Object.entries(route.answers);
  return Object.fromEntries(
    entries.map(([status, { says, schema, mediaType = 'application/json', retry }]) => [
      status,
      {
        description: says,
        headers: { ...NO_STORE, ...(retry ? header('Retry-After') : {}) },
        ...(schema === undefined ? {} : { content: { [mediaType]: { schema } } }),
      },
    ]),
  );
}

/** Refusals of one status are one response; its description lists their codes and sources. */
function refusals(route: Route): Record<string, object> {
  const names = new Set([...AUTH_REFUSALS[route.auth], ...(route.refusals ?? []), ...COMMON_REFUSALS]);
  const byStatus = new Map<string, RefusalName[]>();
  for (const name of names) {
    const status = String(REFUSALS[name].status);
    if (status in route.answers) continue;
    byStatus.set(status, [...(byStatus.get(status) ?? []), name]);
  }
  return Object.fromEntries([...byStatus].map(([status, rows]) => [status, refusal(rows)]));
}

function refusal(names: readonly RefusalName[]): object {
  const rows = names.map((name) => REFUSALS[name]);
  return {
    description: [...new Set(rows.map((row) => `${row.error} (${row.source})`))].join('; '),
    headers: {
      ...NO_STORE,
      ...(rows.some((row) => 'challenge' in row) ? header('WWW-Authenticate') : {}),
      ...(rows.some((row) => 'retry' in row) ? header('Retry-After') : {}),
      ...(rows.some((row) => 'codings' in row) ? header('Accept-Encoding') : {}),
    },
    content: { 'application/json': { schema: ref('Error') } },
  };
}

function schemas(): Record<string, Schema> {
  const events = eventSchemas();
  return {
    ClientMetadata: embedded(clientMetadataSchema() as Schema, 'ClientMetadata'),
    ...ANSWER_SCHEMAS,
    ...events,
    StoredEvent: {
      description: 'An event as it is stored',
      oneOf: Object.keys(events).map(ref),
    },
  };
}

/** `ClientRegistered.v1` and so on: every version that the service can still show. */
function eventSchemas(): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  for (const { type, version, schema } of publishedEventSchemas()) {
    const name = `${type}.v${version}`;
    found[name] = embedded(schema, name);
  }
  return found;
}

/** A schema of its own as part of this document: what it says about itself goes, its local references are moved. */
function embedded(schema: Schema, name: string): Schema {
  const { $schema: _dialect, $id: _id, ...rest } = schema;
  const moved = JSON.stringify(rest).replaceAll('"$ref":"#/', `"$ref":"#/components/schemas/${name}/`);
  return JSON.parse(moved) as Schema;
}

function securitySchemes(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(SCHEMES)
      .filter(([, description]) => description !== null)
      .map(([name, description]) => [name, { type: 'http', scheme: 'bearer', description }]),
  );
}
