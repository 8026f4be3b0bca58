import { splitPersonal } from './client-metadata.js';
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

type Visit = { name: string; value: unknown; parent: object; secretsInPlay: readonly string[] };
type Row = {
  id: string;
  /** Members it looks at; absent = every member. */
  names?: readonly string[];
  holds: (visit: Visit) => boolean;
};

const INSTANT = new RegExp(INSTANT_PATTERN);
const DIGEST = new RegExp(DIGEST_PATTERN);
const isInstant = (value: unknown) => typeof value === 'string' && INSTANT.test(value);
const contains = (text: unknown, secretsInPlay: readonly string[]) =>
  typeof text === 'string' && secretsInPlay.some((secret) => secret !== '' && text.includes(secret));

/** Over each member of `data` outside client metadata, at any depth. */
const ROWS: readonly Row[] = [
  {
    id: 'no-plaintext-secret',
    holds: ({ name, value, secretsInPlay }) =>
      !contains(value, secretsInPlay) && !contains(name, secretsInPlay),
  },
  {
    // RFC 7591 §3.2.1: exactly with a secret, and a whole number of seconds.
    id: 'expiry-exactly-with-a-secret',
    holds: ({ name, value, parent }) =>
      name === 'client_secret_expires_at'
        ? Number.isSafeInteger(value) && 'secretId' in parent && 'digest' in parent
        : name !== 'secret' || value === null || hasExpiry(value),
  },
  {
    id: 'digest-shape',
    names: ['digest'],
    holds: ({ value }) => typeof value === 'string' && DIGEST.test(value),
  },
  { id: 'rfc-3339-time', names: ['issuedAt', 'validUntil'], holds: ({ value }) => isInstant(value) },
  {
    id: 'rfc-3339-time',
    names: ['previousValidUntil'],
    holds: ({ value }) => value === null || isInstant(value),
  },
  {
    id: 'reason-size',
    names: ['reason'],
    holds: ({ value }) =>
      value === null || (typeof value === 'string' && value !== '' && value.length <= MAX_REASON_CHARACTERS),
  },
];

const hasExpiry = (value: unknown) =>
  typeof value === 'object' && value !== null && 'client_secret_expires_at' in value;

/**
 * The last look at facts before they become permanent (style §2). Walks the values once, without serialising them; the
 * size of the whole event is checked where its octets are known, in the event log. What is encrypted is not looked at.
 *
 * @param secretsInPlay secrets and tokens in clear that this request has drawn or was shown
 * @throws LintError a defect
 * @throws RegistrationError `invalid_client_metadata` when the metadata repeat a secret: only the client can have put it there
 */
export function lintFacts(facts: readonly ClientFact[], secretsInPlay: readonly string[]): void {
  for (const fact of facts) {
    if ('metadata' in fact.data) {
      const { metadata, ...rest } = fact.data;
      lintMetadata(fact.type, metadata, secretsInPlay);
      lintMembers(fact.type, rest, '', secretsInPlay);
    } else {
      lintMembers(fact.type, fact.data, '', secretsInPlay);
    }
  }
}

function lintMembers(type: string, parent: object, path: string, secretsInPlay: readonly string[]): void {
  for (const [name, value] of Object.entries(parent)) {
    for (const row of ROWS) {
      if (row.names !== undefined && !row.names.includes(name)) continue;
      if (!row.holds({ name, value, parent, secretsInPlay }))
        throw new LintError(row.id, type, `${path}.${name}`);
    }
    if (typeof value === 'object' && value !== null)
      lintMembers(type, value, `${path}.${name}`, secretsInPlay);
  }
}

function lintMetadata(
  type: string,
  metadata: Parameters<typeof splitPersonal>[0],
  secretsInPlay: readonly string[],
) {
  if (splitPersonal(metadata).personal !== null) throw new LintError('no-personal-member', type, '.metadata');
  for (const [member, value] of Object.entries(metadata)) {
    if (value === null || value === undefined)
      throw new LintError('no-null-member', type, `.metadata.${member}`);
    if (!repeats(value, secretsInPlay)) continue;
    const message = `${member} contains a client_secret or registration access token; leave credentials out of the metadata`;
    throw new RegistrationError('invalid_client_metadata', message, {
      violations: [{ members: [member], rule: 'no-secret-in-metadata', section: 'design §3', message }],
    });
  }
}

/** A secret anywhere in a JSON value, names of members included. */
function repeats(value: unknown, secretsInPlay: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return contains(value, secretsInPlay);
  return Object.entries(value).some(
    ([name, inner]) => contains(name, secretsInPlay) || repeats(inner, secretsInPlay),
  );
}
