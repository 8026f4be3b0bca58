import type { Group } from './table.js';

/** What can be wrong with the whole input, or with members that only exist in input. */
type InputRule = { group: Group; source: string; says: string };

export const INPUT_RULES = {
  'metadata-object': {
    group: 'syntax and types',
    source: 'RFC 7591 §3.1',
    says: 'the client metadata must be one JSON object',
  },
  // The form of an update (RFC 7592 §2.2): these members are no metadata, so they come before it.
  'client-id-required': {
    group: 'syntax and types',
    source: 'RFC 7592 §2.2',
    says: 'client_id must be in an update, with the value that was issued',
  },
  'client-id-mismatch': {
    group: 'syntax and types',
    source: 'RFC 7592 §2.2',
    says: 'client_id must be the one that was issued; it never changes',
  },
  'client-secret-mismatch': {
    group: 'syntax and types',
    source: 'RFC 7592 §2.2',
    says: 'client_secret must be the current one, or be left out; a client cannot choose its secret',
  },
  'server-written': {
    group: 'syntax and types',
    source: 'RFC 7592 §2.2',
    says: 'must not be in an update; it belongs to the answer, so send the metadata members only',
  },
  'language-tags-distinct': {
    group: 'single members',
    source: 'RFC 7591 §2.2',
    says: 'has the same language tag twice, in different case; keep one',
  },
  'choice-supported': {
    group: 'single members',
    source: 'OIDC RP Metadata Choices §2',
    says: 'has no entry that this server supports',
  },
  'choice-contains-value': {
    group: 'cross-field',
    source: 'OIDC RP Metadata Choices §2',
    says: 'must contain the single value that is sent beside it',
  },
} as const satisfies { readonly [rule: string]: InputRule };

export type InputRuleName = keyof typeof INPUT_RULES;
