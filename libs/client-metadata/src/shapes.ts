import { isEmail, isFQDN, isIP } from 'class-validator';
import type { MetadataPolicy, SupportedList } from './metadata-policy.js';
import { isAddressLiteral, isAllowedAddress } from './predicates/address.js';
import { isDistinguishedName } from './predicates/distinguished-name.js';
import { checkJwkSet, MAX_KEYS, type JwkSet } from './predicates/jwk-set.js';
import { isForbiddenScheme } from './predicates/redirect-uri.js';
import { sameWords } from './predicates/response-type.js';
import { isCleanText, isLongerThan } from './predicates/text.js';
import { authorityFault, parseUri, portFault, type Uri } from './predicates/uri.js';
import type { ShapeRule } from './shape-rules.js';

/**
 * @param at where in the member, in JavaScript notation: `[1]`, `.keys[0]`; empty for the member itself
 * @param says replaces the sentence of the shape rule, where the shape knows better
 */
export type Report = (rule: ShapeRule, at?: string, says?: string) => void;
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The values that a member may have. `check` reports what is wrong with one and never throws; `empty` says what `""`
 * means (H7); `expects` completes "must be …" and is what the rules document prints.
 */
export type Shape<T> = {
  readonly expects: string;
  readonly schema: JsonSchema;
  readonly empty: 'omitted' | 'value';
  check(value: unknown, report: Report, policy: MetadataPolicy): void;
  /** Exists for the type checker only: the type that `check` establishes. */
  readonly type?: T;
};

/** S3, in characters and entries; none of them from a standard. */
const MAX_URI = 2048;
const MAX_TEXT = 1024;
const MAX_ENTRIES = 50;

type CheckText = (value: string, report: Report, policy: MetadataPolicy) => void;

/** A string, checked further by `check`; `""` is the same as omitted. */
function string(expects: string, schema: JsonSchema, check: CheckText): Shape<string> {
  return {
    expects,
    schema: { type: 'string', ...schema },
    empty: 'omitted',
    check(value, report, policy) {
      if (typeof value === 'string') check(value, report, policy);
      else report('wrong-type', '', 'must be a JSON string');
    },
  };
}

function checkText(value: string, report: Report, max: number): boolean {
  const long = isLongerThan(value, max);
  if (long) report('too-long', '', `must have at most ${max} characters`);
  else if (!isCleanText(value)) report('unsafe-text');
  else return true;
  return false;
}

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
export const dnsName = grammar('a DNS name', { format: 'hostname' }, 'dns-name', (value) => isFQDN(value));
// A zone (`%eth0`) means something on one machine only and cannot stand in a certificate (RFC 5280 §4.2.1.6).
export const ipAddress = grammar(
  'an IPv4 or IPv6 address',
  {},
  'ip-address',
  (value) => isIP(value) && !value.includes('%'),
);
export const email = grammar('an e-mail address', { format: 'email' }, 'email-address', (value) =>
  isEmail(value),
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

/**
 * A value of one of the server's lists. `not` names a value that this member never has, `among` the only ones that it
 * can have, whatever the list says.
 */
export function supported(
  list: SupportedList,
  { not, among }: { not?: string; among?: readonly string[] } = {},
): Shape<string> {
  const isPossible = (value: string): boolean =>
    value !== not && (among === undefined || among.includes(value));
  const except = not === undefined ? '' : ` except ${not}`;
  const within = among === undefined ? '' : ` among ${among.join(', ')}`;
  return enumerated(`a value of ${list}${except}${within}`, {}, (policy) => {
    const values = policy.supported[list];
    return values.every(isPossible) ? values : values.filter(isPossible);
  });
}

/** One of fixed values. */
export const oneOf = (values: readonly string[]): Shape<string> =>
  enumerated(values.join(', '), { enum: values }, () => values);

function enumerated(
  expects: string,
  schema: JsonSchema,
  values: (policy: MetadataPolicy) => readonly string[],
): Shape<string> {
  return {
    ...string(expects, schema, (value, report, policy) => {
      const allowed = values(policy);
      if (!allowed.includes(value)) report('unsupported-value', '', `must be ${oneOfThese(allowed)}`);
    }),
    empty: 'value',
  };
}

/** Entries of `response_types`: words in any order (4.1 b). */
export const responseType: Shape<string> = {
  ...string('a value of response_types_supported, words in any order', {}, (value, report, policy) => {
    const allowed = policy.supported.response_types_supported;
    if (allowed.includes(value) || allowed.some((entry) => sameWords(entry, value))) return;
    report('unsupported-value', '', `must be ${oneOfThese(allowed)}`);
  }),
  empty: 'value',
};

/** Free text, bounded by a list if the operator configured one. */
export const listedText = (
  list: 'acr_values_supported' | 'authorization_details_types_supported',
): Shape<string> =>
  string(
    `text; a value of ${list} if the server has that list`,
    { maxLength: MAX_TEXT },
    (value, report, policy) => {
      const allowed = policy[list];
      if (checkText(value, report, MAX_TEXT) && allowed !== null && !allowed.includes(value)) {
        report('unsupported-value', '', `must be ${oneOfThese(allowed)}`);
      }
    },
  );

/** Values of the policy are the operator's, yet only what H15 lets into an answer is printed. */
function oneOfThese(values: readonly string[]): string {
  const printable = values.filter((value) => /^[ !#-[\]-~]+$/.test(value));
  return printable.length === 0 ? 'left out: no value is supported here' : `one of: ${printable.join(', ')}`;
}

/** Checks a URI's length and grammar, then what `check` asks of it. */
const uri = (
  expects: string,
  check: (uri: Uri, report: Report, policy: MetadataPolicy) => void,
): Shape<string> =>
  string(expects, { format: 'uri', maxLength: MAX_URI }, (value, report, policy) => {
    if (isLongerThan(value, MAX_URI))
      return report('too-long', '', `must have at most ${MAX_URI} characters`);
    const parsed = parseUri(value);
    return parsed === null ? report('uri-malformed') : check(parsed, report, policy);
  });

function checkHost(parsed: Uri, report: Report): boolean {
  const fault = authorityFault(parsed);
  if (fault !== null) report(fault);
  return fault === null;
}

function checkHttp(parsed: Uri, report: Report): boolean {
  if (parsed.scheme === 'https' || parsed.scheme === 'http') return checkHost(parsed, report);
  report('uri-scheme', '', 'must be an http or https URL');
  return false;
}

function checkHttps(parsed: Uri, report: Report): boolean {
  if (parsed.scheme === 'https') return checkHost(parsed, report);
  report('uri-scheme', '', 'must be an https URL');
  return false;
}

/** What the server itself calls must not point into its own network (4.4.10, S1); names are judged when resolved. */
function checkCallable(parsed: Uri, report: Report, policy: MetadataPolicy): void {
  if (
    isAddressLiteral(parsed.host) &&
    !isAllowedAddress(withoutBrackets(parsed.host), policy.allowedNetworks)
  ) {
    report('special-purpose-host');
  }
}

const withoutBrackets = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host);

function checkNoFragment(parsed: Uri, report: Report): void {
  if (parsed.fragment !== null) report('uri-fragment');
}

/** URL rule W: a page or picture that people look at. */
export const webUrl = uri('an http or https URL', checkHttp);
/** URL rule S. */
export const httpsUrl = uri('an https URL', checkHttps);
/** URL rule S, called by the server. */
export const calledUrl = uri('an https URL, not at a special-purpose address', (parsed, report, policy) => {
  if (checkHttps(parsed, report)) checkCallable(parsed, report, policy);
});
/** Request objects by reference; whether http will do depends on how they are signed. */
export const requestUri = uri(
  'an https URL (http if request objects are signed)',
  (parsed, report, policy) => {
    if (checkHttp(parsed, report)) checkCallable(parsed, report, policy);
  },
);
/** Loaded by the user's browser at logout. */
export const frontchannelUrl = uri('an http or https URL without fragment', (parsed, report) => {
  if (checkHttp(parsed, report)) checkNoFragment(parsed, report);
});
/** Called by the server at logout. */
export const backchannelUrl = uri(
  'an http or https URL without fragment, not at a special-purpose address',
  (parsed, report, policy) => {
    if (!checkHttp(parsed, report)) return;
    checkNoFragment(parsed, report);
    checkCallable(parsed, report, policy);
  },
);
/** Any absolute URI, fragment included. */
export const absoluteUri = uri('an absolute URI', () => undefined);
/** A URI that the user's browser is sent to: no fragment, no scheme of 4.3 that is never allowed. */
function checkRedirection(parsed: Uri, report: Report): void {
  if (isForbiddenScheme(parsed.scheme)) return report('uri-forbidden-scheme');
  checkNoFragment(parsed, report);
  if (parsed.scheme === 'http' || parsed.scheme === 'https') checkHost(parsed, report);
  else if (parsed.hasUserinfo) report('uri-userinfo');
  else if (portFault(parsed) !== null) report('uri-port');
}
export const redirection = uri('an absolute URI without fragment', checkRedirection);
/** A redirection URI (4.3); where it may point depends on the kind of client. */
export const redirectUri: Shape<string> = {
  ...redirection,
  check(value, report, policy) {
    // A fragment is the likeliest mistake, so it is named even where a second one made the URI unreadable.
    const malformed = typeof value === 'string' && value.includes('#') && parseUri(value) === null;
    if (malformed) return report('uri-fragment');
    redirection.check(value, report, policy);
    const parsed = typeof value === 'string' ? parseUri(value) : null;
    if (parsed !== null && `${parsed.host}${parsed.path}`.includes('*')) report('uri-wildcard');
  },
};
/** https, or a private-use scheme, which a wallet on the same device handles. */
export const walletUrl = uri('an https URL or a URI with a private-use scheme', (parsed, report) => {
  if (parsed.scheme === 'http') report('uri-scheme', '', 'must be an https URL or use a private-use scheme');
  else checkRedirection(parsed, report);
});

export const flag: Shape<boolean> = {
  expects: 'true or false',
  schema: { type: 'boolean' },
  empty: 'value',
  check(value, report) {
    if (typeof value !== 'boolean') report('wrong-type', '', 'must be true or false, without quotes');
  },
};

export const wholeSeconds: Shape<number> = {
  expects: 'a whole number of seconds',
  schema: { type: 'integer', minimum: 0 },
  empty: 'value',
  check(value, report) {
    if (typeof value !== 'number') report('wrong-type', '', 'must be a JSON number');
    else if (!Number.isSafeInteger(value) || value < 0) report('not-seconds');
  },
};

/** An array whose entries all have one shape; `""` is never an entry (H46). */
export function listOf<T>(entry: Shape<T>, bounds: { min?: 1; max?: number } = {}): Shape<readonly T[]> {
  const { min = 0, max = MAX_ENTRIES } = bounds;
  return {
    expects: `an array of ${min} to ${max} entries, each ${entry.expects}`,
    schema: { type: 'array', items: entry.schema, minItems: min, maxItems: max },
    empty: 'value',
    check(value, report, policy) {
      if (!Array.isArray(value)) return report('wrong-type', '', 'must be a JSON array');
      if (value.length > max) return report('too-many', '', `must have at most ${max} entries`);
      if (value.length < min) return report('empty-list');
      // By index: a hole in a sparse array is an entry too.
      for (let i = 0; i < value.length; i += 1) {
        if (value[i] === '') report('empty-entry', `[${i}]`);
        else entry.check(value[i], (rule, at = '', says) => report(rule, `[${i}]${at}`, says), policy);
      }
    },
  };
}

export const jwkSet: Shape<JwkSet> = {
  expects: `a JWK Set of at most ${MAX_KEYS} public keys`,
  schema: {
    type: 'object',
    required: ['keys'],
    properties: { keys: { type: 'array', maxItems: MAX_KEYS, items: { type: 'object', required: ['kty'] } } },
  },
  empty: 'value',
  check(value, report) {
    const isSet = checkJwkSet(value, (fault, key) => {
      if (fault === 'too-many') report(fault, '', `must have at most ${MAX_KEYS} keys`);
      else report(fault, key === undefined ? '' : `.keys[${key}]`);
    });
    if (!isSet) report('wrong-type', '', 'must be a JWK Set: an object with the array keys');
  },
};

type Formats = { readonly [format: string]: { readonly [parameter: string]: unknown } };
export const formats: Shape<Formats> = {
  expects: 'an object of format identifiers and objects',
  schema: { type: 'object', additionalProperties: { type: 'object' } },
  empty: 'value',
  check(value, report) {
    if (!isObject(value)) return report('wrong-type', '', 'must be a JSON object');
    if (!Object.values(value).every(isObject)) report('format-object');
  },
};

export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
