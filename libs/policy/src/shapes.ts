import { type TSchema, Type } from '@sinclair/typebox';

/**
 * Shapes of the policy file's members. Every `description` completes the sentence "must be …": the same words stand in
 * the published schema and in the mistakes that stop the start.
 */
const LOOPBACK_HTTP = String.raw`http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?`;

/** Address of an endpoint or a page; plain http only for loopback hosts, as for the public URL. */
export const endpoint = Type.String({
  pattern: String.raw`^(?:https://[^\s/?#@\\]+|${LOOPBACK_HTTP})(?:[/?][^\s#\\]*)?$`,
  maxLength: 2_048,
  description: 'an absolute https URL without user information and fragment (http for loopback hosts only)',
});

/** RFC 8414 §2: no query and no fragment. */
export const issuer = Type.String({
  pattern: String.raw`^(?:https://[^\s/?#@\\]+|${LOOPBACK_HTTP})(?:/[^\s?#\\]*)?$`,
  maxLength: 2_048,
  description: 'an https URL without user information, query and fragment (http for loopback hosts only)',
});

export const flag = Type.Boolean({ description: 'true or false' });

/** RFC 6749 §3.3. */
const scopeToken = Type.String({
  pattern: String.raw`^[\x21\x23-\x5b\x5d-\x7e]+$`,
  description: 'a scope value: printable ASCII without space, quotation mark and backslash',
});
export const scopes = listOf(scopeToken, 'scope values, or left out to keep every scope', { minItems: 1 });

const word = Type.String({
  pattern: String.raw`^[^\s\x00-\x1f\x7f]+$`,
  maxLength: 1_024,
  description: 'a text without spaces and control characters',
});
export const words = listOf(word, 'values');
/** For lists whose absence means that every value is kept. */
export const bound = listOf(word, 'values, or left out to keep every value', { minItems: 1 });
export const endpoints = listOf(endpoint, 'URLs');

/** RFC 7636 §4.2; S256 cannot be left out, MCP clients stop without it. */
export const codeChallengeMethods = Type.Array(
  Type.Unsafe<string>({ type: 'string', enum: ['S256', 'plain'], description: 'S256 or plain' }),
  {
    contains: Type.Literal('S256'),
    uniqueItems: true,
    description: 'a list that contains S256, without repeats',
  },
);

/** CIDR notation; whether the address part is one, the reader of the file checks. */
export const networks = listOf(
  Type.String({
    pattern: String.raw`^[0-9A-Fa-f:.]+/\d{1,3}$`,
    description: 'a network in CIDR notation, such as 10.1.0.0/16 or fd12:3456::/32',
  }),
  'networks in CIDR notation',
);

/** Values out of a closed set, and absolute URIs too where the set is open to the authorization server's own. */
export function valuesOf(
  known: readonly string[],
  options: { orAbsoluteUri?: boolean; atLeastOne?: boolean } = {},
) {
  const among = `one of ${known.join(', ')}`;
  const value = options.orAbsoluteUri
    ? Type.String({
        pattern: String.raw`^(?:${known.join('|')}|[A-Za-z][A-Za-z0-9+.-]*:[!-~]+)$`,
        description: `${among}, or an absolute URI`,
      })
    : Type.Unsafe<string>({ type: 'string', enum: [...known], description: among });
  return listOf(value, 'supported values', options.atLeastOne ? { minItems: 1 } : {});
}

function listOf<S extends TSchema>(items: S, what: string, options: { minItems?: number } = {}) {
  const length = options.minItems === undefined ? 'a list' : 'a list of at least one entry';
  return Type.Array(items, {
    ...options,
    uniqueItems: true,
    description: `${length}, without repeats: ${what}`,
  });
}
