import type { Violation } from '@rollbook/protocol';

export type Json = Record<string, unknown>;
/** An HTTP answer, read to its end. `body` is `{}` where it is not a JSON object. */
export type Answer = { status: number; headers: Headers; text: string; body: Json };
export type Question = {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text or octets. */
  body?: unknown;
};

/** Sends one request; a body that is an object goes as `application/json`. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body }: Question = {},
): Promise<Answer> {
  const asIs = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: asIs ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: objectIn(text) };
}

function objectIn(text: string): Json {
  if (!text.startsWith('{')) return {};
  return JSON.parse(text) as Json;
}

export const bearer = (token: unknown) => ({ authorization: `Bearer ${String(token)}` });

/** A registered client, with what its answer said. */
export type Client = { uri: string; token: string; client_id: string; client_secret: string; body: Json };

/** A valid registration: the guide's example. Cases change one thing about it. */
export const VALID: Json = {
  client_name: 'My Example Application',
  redirect_uris: ['https://example.com/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid profile email',
};

/** `VALID` with changes; `undefined` leaves a member out. */
export const valid = (changes: Json = {}): Json => ({ ...VALID, ...changes });

export const post = (service: { url: string }, body: unknown, headers: Record<string, string> = {}) =>
  ask(`${service.url}/connect/register`, { method: 'POST', body, headers });

export const validate = (service: { url: string }, body: unknown) =>
  ask(`${service.url}/connect/register/validate`, { method: 'POST', body });

/** Registers, and expects that to work. */
export async function register(service: { url: string }, changes: Json = {}): Promise<Client> {
  const { status, body, text } = await post(service, valid(changes));
  if (status !== 201) throw new Error(`expected 201, got ${status} ${text}`);
  return {
    uri: String(body['registration_client_uri']),
    token: String(body['registration_access_token']),
    client_id: String(body['client_id']),
    client_secret: String(body['client_secret']),
    body,
  };
}

export const read = ({ uri, token }: Client) => ask(uri, { headers: bearer(token) });
export const remove = ({ uri, token }: Client) => ask(uri, { method: 'DELETE', headers: bearer(token) });
/** A PUT of the given members, with `client_id` unless they say otherwise. */
export const put = ({ uri, token, client_id }: Client, metadata: Json) =>
  ask(uri, { method: 'PUT', headers: bearer(token), body: { client_id, ...metadata } });
export const rotate = ({ uri, token }: Client, body?: unknown) =>
  ask(uri.replace('/register?', '/register/secret?'), { method: 'POST', headers: bearer(token), body });

export const violationsOf = ({ body }: Answer) => (body['violations'] ?? []) as Violation[];

/** Expects a refusal: status, `error`, our shape; and, where given, a violation that names the member and the rule. */
export function expectRefusal(
  answer: Answer,
  { status = 400, error, member, rule }: { status?: number; error: string; member?: string; rule?: string },
): void {
  const found = violationsOf(answer).map((violation) => `${violation.members.join('+')} ${violation.rule}`);
  expect({ status: answer.status, error: answer.body['error'], found }).toMatchObject({ status, error });
  expectErrorShape(answer);
  if (member === undefined && rule === undefined) return;
  const named = violationsOf(answer).filter(
    (violation) =>
      (member === undefined || violation.members.includes(member)) &&
      (rule === undefined || violation.rule === rule),
  );
  expect({ found, named: named.length > 0 }).toEqual({ found, named: true });
}

/** RFC 7591 §3.2.2, H15: what every error answer looks like. */
export function expectErrorShape({ status, headers, body, text }: Answer): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('pragma')).toBe('no-cache');
  expect(headers.get('etag')).toBeNull();
  expect(body['error']).toMatch(/^[a-z_]+$/);
  expect(body['error_description']).toMatch(/^[ !#-[\]-~]{1,1000}$/);
  expect(
    Object.keys(body).filter((name) => !['error', 'error_description', 'violations'].includes(name)),
  ).toEqual([]);
  for (const violation of (body['violations'] ?? []) as Violation[]) {
    expect(Object.keys(violation).sort()).toEqual(['members', 'message', 'rule', 'section']);
    expect(violation.message).toMatch(/^[ !#-[\]-~]+$/);
    expect(violation.section).not.toBe('');
  }
  expect(text).not.toMatch(/node_modules|\.js:\d/);
}

/** What holds for every client information response (RFC 7591 §3.2.1, H6). */
export function expectNoEmptyMember(body: Json): void {
  const empty = Object.entries(body).filter(([, value]) => value === null || value === '');
  expect(empty).toEqual([]);
}
