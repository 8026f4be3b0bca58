import { PERSONAL_DOMAIN, USER_AGENT, type Ledger, type Registration } from './ledger.js';

type Answer = { status: number; body: Record<string, unknown> };

/** The service is gone in the middle of a call, or can't say: what came of it is unknown. */
export class Unanswered extends Error {}

async function call(
  url: string,
  method: string,
  options: { body?: unknown; token?: string } = {},
  { timeoutMs, isUnknown }: Pick<Load, 'timeoutMs' | 'isUnknown'> = {},
): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: {
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        'user-agent': USER_AGENT,
      },
      ...(timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    text = await response.text();
  } catch (cause) {
    throw new Unanswered('no answer', { cause });
  }
  if (isUnknown?.(response)) throw new Unanswered(`${response.status}`);
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** Members that the service adds to the record in an answer (RFC 7591 §3.2.1, RFC 7592 §3). */
const CREDENTIALS = new Set([
  'client_id',
  'client_secret',
  'client_id_issued_at',
  'client_secret_expires_at',
  'registration_access_token',
  'registration_client_uri',
]);
const recordOf = (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).filter(([member]) => !CREDENTIALS.has(member)));

/** One load: several callers, each waiting for its answer before it goes on, until the service dies. */
export type Load = {
  ledger: Ledger;
  url: string;
  random: () => number;
  label: string;
  /** After which an answer is not waited for any more; for ever unless said. */
  timeoutMs?: number;
  /** Says of an answer that the change may or may not have happened; none is like that unless said. */
  isUnknown?: (response: Response) => boolean;
};

const newMetadata = (load: Load, n: number) => {
  const contact = `person-${load.label}-${n}-${Math.floor(load.random() * 1e9)}${PERSONAL_DOMAIN}`;
  return {
    client_name: `Client ${load.label} ${n}`,
    redirect_uris: [`https://client-${n}.example/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    contacts: [contact],
  };
};

/**
 * Registers, updates, rotates and deletes until a call stays unanswered; what is acknowledged goes into the ledger.
 *
 * @returns how many operations were acknowledged
 * @throws Error when an answer is other than the protocol allows
 */
export async function callUntilDeath(load: Load, caller: number): Promise<number> {
  const own: Registration[] = [];
  for (let n = 0; ; n++) {
    try {
      const target = own[Math.floor(load.random() * own.length)];
      const dice = load.random();
      if (target === undefined || target.deleted || dice < 0.6)
        own.push(await register(load, caller * 1e6 + n));
      else if (dice < 0.8) await update(load, target, caller * 1e6 + n);
      else if (dice < 0.93) await rotate(load, target);
      else await remove(load, target);
    } catch (error) {
      if (error instanceof Unanswered) return own.reduce((sum, one) => sum + one.acknowledged, 0);
      throw error;
    }
  }
}

/** @throws Unanswered the ledger counts it as unanswered then; likewise the other three */
export async function register(load: Load, n: number): Promise<Registration> {
  load.ledger.unanswered += 1;
  const sent = { body: newMetadata(load, n) };
  const { status, body } = await call(`${load.url}/connect/register`, 'POST', sent, load);
  expectStatus('register', status, 201);
  load.ledger.unanswered -= 1;
  const registration: Registration = {
    client_id: body['client_id'] as string,
    registration_access_token: body['registration_access_token'] as string,
    metadata: recordOf(body),
    deleted: false,
    uncertain: null,
    acknowledged: 1,
  };
  load.ledger.clients.set(registration.client_id, registration);
  load.ledger.secrets.push(body['client_secret'] as string, registration.registration_access_token);
  return registration;
}

const uriOf = (load: Load, { client_id }: Registration, below = '') =>
  `${load.url}/connect/register${below}?client_id=${encodeURIComponent(client_id)}`;

export async function update(load: Load, target: Registration, n: number): Promise<void> {
  const metadata = newMetadata(load, n);
  // What the answer will hold beside what is sent: the stored defaults (RFC 7591 §2).
  const record = { ...target.metadata, ...metadata };
  target.uncertain = { kind: 'update', metadata: record };
  const sent = {
    body: { ...metadata, client_id: target.client_id },
    token: target.registration_access_token,
  };
  const { status, body } = await call(uriOf(load, target), 'PUT', sent, load);
  expectStatus('update', status, 200);
  Object.assign(target, { metadata: recordOf(body), uncertain: null, acknowledged: target.acknowledged + 1 });
}

export async function rotate(load: Load, target: Registration): Promise<void> {
  target.uncertain = { kind: 'rotate' };
  const sent = { token: target.registration_access_token };
  const { status, body } = await call(uriOf(load, target, '/secret'), 'POST', sent, load);
  expectStatus('rotate', status, 200);
  load.ledger.secrets.push(body['client_secret'] as string);
  Object.assign(target, { uncertain: null, acknowledged: target.acknowledged + 1 });
}

export async function remove(load: Load, target: Registration): Promise<void> {
  target.uncertain = { kind: 'delete' };
  const sent = { token: target.registration_access_token };
  const { status } = await call(uriOf(load, target), 'DELETE', sent, load);
  expectStatus('delete', status, 204);
  Object.assign(target, { deleted: true, uncertain: null, acknowledged: target.acknowledged + 1 });
}

function expectStatus(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${what}: status ${found} instead of ${wanted}`);
}

/**
 * Reads a client back after a restart and settles what its unanswered change came to.
 *
 * @returns a sentence for every promise that is broken
 */
export async function readBack(url: string, ledger: Ledger, client: Registration): Promise<string[]> {
  const { status, body } = await call(uriOf({ url, ledger, random: Math.random, label: '' }, client), 'GET', {
    token: client.registration_access_token,
  });
  const { uncertain } = client;
  client.uncertain = null;
  if (client.deleted) return status === 401 ? [] : [`${client.client_id}: deleted, yet answers ${status}`];
  if (status === 401 && uncertain?.kind === 'delete') {
    client.deleted = true;
    return [];
  }
  if (status !== 200) return [`${client.client_id}: acknowledged, yet answers ${status}`];
  const found = recordOf(body);
  const allowed = uncertain?.kind === 'update' ? [client.metadata, uncertain.metadata] : [client.metadata];
  client.metadata = found;
  const isAllowed = allowed.some((record) => sameRecord(record, found));
  return isAllowed ? [] : [`${client.client_id}: its record is not the one that was acknowledged`];
}

const sameRecord = (a: Record<string, unknown>, b: Record<string, unknown>) => canonical(a) === canonical(b);
const canonical = (record: Record<string, unknown>) =>
  JSON.stringify(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
