import { createRequire } from 'node:module';
import type * as ClassValidator from 'class-validator';
import type { MetadataPolicy } from '../metadata-policy.js';
import { isDistinguishedName } from '../predicates/distinguished-name.js';
import { isLongerThan } from '../predicates/text.js';
import type { ShapeRule } from '../shape-rules.js';
import type { JsonSchema, Shape } from './shape.js';
import { checkText, MAX_TEXT, string } from './string.js';

const require = createRequire(import.meta.url);
/**
 * Loaded with the first value that has one of its grammars: threads that only fold events meet none, and it would be
 * half of what they load.
 */
const classValidator = () => require('class-validator') as typeof ClassValidator;

/** A text for people, or one that only the client understands (S5). */
export const text = (max = MAX_TEXT): Shape<string> =>
  string(`text, at most ${max} characters`, { maxLength: max }, (value, report) => {
    checkText(value, report, max);
  });

/** A text with a grammar of its own. */
const grammar = (expects: string, schema: JsonSchema, rule: ShapeRule, matches: (value: string) => boolean) =>
  string(expects, { maxLength: MAX_TEXT, ...schema }, (value, report) => {
    if (checkText(value, report, MAX_TEXT) && !matches(value)) report(rule);
  });

export const distinguishedName = grammar(
  'a distinguished name (RFC 4514)',
  {},
  'distinguished-name',
  (value) => isDistinguishedName(value),
);
// Names of certificates are IA5String (RFC 5280 §4.2.1.6): international ones are in their ASCII form (§7.2, §7.5).
const ASCII = /^[\x21-\x7E]+$/;
const MAX_DNS_NAME = 253;
// One label is a name too: inside a network that is how services are called.
export const dnsName = grammar(
  'a DNS name',
  { format: 'hostname' },
  'dns-name',
  (value) =>
    ASCII.test(value) &&
    value.length <= MAX_DNS_NAME &&
    !/(?:^|\.)\d+$/.test(value) &&
    classValidator().isFQDN(value, { require_tld: false }),
);
// A zone (`%eth0`) means something on one machine only and cannot stand in a certificate (RFC 5280 §4.2.1.6).
export const ipAddress = grammar(
  'an IPv4 or IPv6 address',
  {},
  'ip-address',
  (value) => classValidator().isIP(value) && !value.includes('%'),
);
export const email = grammar(
  'an e-mail address',
  { format: 'email' },
  'email-address',
  (value) => ASCII.test(value) && classValidator().isEmail(value, { require_tld: false }),
);
export const subjectSyntax = grammar('a subject syntax type', {}, 'subject-syntax', (value) =>
  /^(?:urn:ietf:params:oauth:jwk-thumbprint(?::[a-z\d-]+)*|did(?::[a-z\d]+)?)$/.test(value),
);

const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/;
/** Scope tokens; at least one of them permitted where the server has a list (H10). */
export const scopeTokens = string(
  'scope tokens separated by spaces',
  { maxLength: MAX_TEXT },
  (value, report, policy) => {
    if (isLongerThan(value, MAX_TEXT)) report('too-long', '', `must have at most ${MAX_TEXT} characters`);
    else if (!SCOPE.test(value)) report('scope-syntax');
    else if (permittedScope(value, policy) === '') report('scope-not-permitted');
  },
);

/** The tokens of a scope that the server permits, in the client's order; empty when there is none. */
export function permittedScope(scope: string, policy: MetadataPolicy): string {
  const permitted = policy.scopes_supported;
  if (permitted === null) return scope;
  return scope
    .split(' ')
    .filter((token) => permitted.includes(token))
    .join(' ');
}
