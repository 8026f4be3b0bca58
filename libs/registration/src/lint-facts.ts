import { type ClientMetadata, splitPersonal } from '@rollbook/client-metadata';
import { RegistrationError } from '@rollbook/protocol';
import type { ClientFact } from './events.js';
import { DIGEST_PATTERN, INSTANT_PATTERN, MAX_REASON_CHARACTERS } from './events/parts.js';

/** Something that must never become permanent was about to: a defect of ours, so a 500. Names no value. */
export class LintError extends Error {
  readonly rule: string;
  constructor(rule: string, type: string, path: string) {
    super(`${rule}: ${type}.data${path}`);
    this.name = 'LintError';
    this.rule = rule;
  }
}

type Row = {
  id: string;
  /** Members of `data` it looks at, at any depth outside client metadata. */
  names: readonly string[];
  holds: (value: unknown, parent: object) => boolean;
};

const INSTANT = new RegExp(INSTANT_PATTERN);
const DIGEST = new RegExp(DIGEST_PATTERN);
const isInstant = (value: unknown) => typeof value === 'string' && INSTANT.test(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const ROWS: readonly Row[] = [
  {
    // RFC 7591 §3.2.1: with every secret …
    id: 'expiry-exactly-with-a-secret',
    names: ['secret'],
    holds: (value) => value === null || (isObject(value) && 'client_secret_expires_at' in value),
  },
  {
    // … and with nothing else; a whole number of seconds.
    id: 'expiry-exactly-with-a-secret',
    names: ['client_secret_expires_at'],
    holds: (value, parent) => Number.isSafeInteger(value) && 'secretId' in parent && 'digest' in parent,
  },
  {
    id: 'digest-shape',
    names: ['digest'],
    holds: (value) => typeof value === 'string' && DIGEST.test(value),
  },
  { id: 'rfc-3339-time', names: ['issuedAt', 'validUntil'], holds: isInstant },
  {
    id: 'rfc-3339-time',
    names: ['previousValidUntil'],
    holds: (value) => value === null || isInstant(value),
  },
  {
    id: 'reason-size',
    names: ['reason'],
    holds: (value) =>
      value === null || (typeof value === 'string' && value !== '' && value.length <= MAX_REASON_CHARACTERS),
  },
];
const ROWS_BY_NAME: ReadonlyMap<string, Row> = new Map(
  ROWS.flatMap((row) => row.names.map((name) => [name, row])),
);

/**
 * The last look at facts before they become permanent (design §3). Walks the values once, without serialising them; the
 * size of the whole event is checked where its octets are known, in the event log. What is encrypted is not looked at.
 *
 * @param secretsInPlay secrets and tokens in clear that this request has drawn or was shown
 * @throws LintError a defect
 * @throws RegistrationError `invalid_client_metadata` when the metadata repeat a secret: only the client can have put it there
 */
export function lintFacts(facts: readonly ClientFact[], secretsInPlay: readonly string[]): void {
  const secrets = secretsInPlay.filter((secret) => secret !== '');
  for (const { type, data } of facts) {
    if ('metadata' in data) lintMetadata(type, data.metadata, secrets);
    lintMembers(type, data, '', secrets);
  }
}

function lintMembers(type: string, members: object, path: string, secrets: readonly string[]): void {
  for (const [name, value] of Object.entries(members)) {
    if (name === 'metadata' && path === '') continue;
    if (repeats(name, secrets) || (typeof value === 'string' && repeats(value, secrets))) {
      throw new LintError('no-plaintext-secret', type, path);
    }
    const row = ROWS_BY_NAME.get(name);
    if (row !== undefined && !row.holds(value, members)) throw new LintError(row.id, type, `${path}.${name}`);
    if (isObject(value)) lintMembers(type, value, `${path}.${name}`, secrets);
  }
}

function lintMetadata(type: string, metadata: ClientMetadata, secrets: readonly string[]): void {
  if (splitPersonal(metadata).personal !== null) throw new LintError('no-personal-member', type, '.metadata');
  for (const [member, value] of Object.entries(metadata)) {
    if (repeats(member, secrets)) throw new LintError('no-plaintext-secret', type, '.metadata');
    if (value === null) throw new LintError('no-null-member', type, `.metadata.${member}`);
    if (!repeats(value, secrets)) continue;
    const message = `${member} contains a client_secret or registration access token; leave credentials out of the metadata`;
    throw new RegistrationError('invalid_client_metadata', message, {
      violations: [{ members: [member], rule: 'no-secret-in-metadata', section: 'RFC 7591 §5', message }],
    });
  }
}

/** A secret anywhere in a JSON value, names of members included. */
function repeats(value: unknown, secrets: readonly string[]): boolean {
  if (typeof value === 'string') return secrets.some((secret) => value.includes(secret));
  if (Array.isArray(value)) return value.some((item) => repeats(item, secrets));
  if (!isObject(value)) return false;
  return Object.entries(value).some(([name, inner]) => repeats(name, secrets) || repeats(inner, secrets));
}
