import type { RefusalName } from '@rollbook/protocol';
import type { InputClass } from '../input/read-input.js';

/** A JSON Schema (2020-12), as OpenAPI 3.1 takes it. */
export type Schema = { readonly [keyword: string]: unknown };

export type Answer = {
  says: string;
  /** Absent: the answer has no body. */
  schema?: Schema;
  /** `application/json` when absent. */
  mediaType?: string;
  /** It carries `Retry-After`. */
  retry?: true;
};

/** Who may call: nobody needs a credential, the client itself, an operator, an auditor. */
export type Auth = 'open' | 'registration_access_token' | 'admin' | 'auditor';

/** One route of the service, as the OpenAPI document tells it. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path parameters in braces; {@link PATH_PARAMETERS} says what they are. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  /** The section of a standard that defines it; absent when it is ours. */
  section?: string;
  auth: Auth;
  query?: InputClass<object>;
  headers?: { readonly [name: string]: string };
  /** Members read by an input class, or a schema and whether a body must be there. */
  body?: InputClass<object> | { schema: Schema; required: boolean };
  answers: { readonly [status: number]: Answer };
  /** Beside those that {@link AUTH_REFUSALS} and every route have. */
  refusals?: readonly RefusalName[];
};

export const PATH_PARAMETERS: { readonly [name: string]: string } = {
  client_id: 'The client',
  name: 'The projection: clients',
  type: 'The event type, such as ClientRegistered',
  version: 'The schemaVersion of the event type',
  file: 'A file of the page',
};

export const AUTH_REFUSALS: { readonly [auth in Auth]: readonly RefusalName[] } = {
  open: [],
  registration_access_token: ['credentials_missing', 'invalid_token'],
  admin: ['credentials_missing', 'invalid_token'],
  auditor: ['credentials_missing', 'invalid_token'],
};

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
