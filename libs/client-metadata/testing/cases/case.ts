import type { MetadataPolicy, Operation } from '@rollbook/client-metadata';
import { WEB_CLIENT } from '../examples.js';

/** One record and what validation says to it. Names are `section · claim`. */
export type Case = {
  name: string;
  input: unknown;
  policy?: Partial<MetadataPolicy>;
  operation?: Operation;
} & ({ accepted: { readonly [member: string]: unknown }; warns?: readonly string[] } | { refused: Refusal });
export type Refusal = {
  error: 'invalid_redirect_uri' | 'invalid_client_metadata';
  rule: string;
  /** Members that the violation names. */
  members: readonly string[];
};

type Options = Pick<Case, 'policy' | 'operation'>;
type Members = { readonly [member: string]: unknown };

/**
 * The guide's example with one change is accepted, and its record has these members; `undefined` says that the record
 * does not have it. Without `stored`: it has what was changed, as it was sent.
 */
export function allows(name: string, change: Members, stored: Members = change, options: Options = {}): Case {
  return { name, input: { ...WEB_CLIENT, ...change }, accepted: stored, ...options };
}

/** … is accepted with this warning. */
export function warns(name: string, change: Members, ...rules: string[]): Case {
  return { name, input: { ...WEB_CLIENT, ...change }, accepted: {}, warns: rules };
}

/** The guide's example with one change is refused for exactly this. */
export function rejects(
  name: string,
  change: Members,
  rule: string,
  members: readonly string[] = Object.keys(change),
  options: Options = {},
): Case {
  const error = members.includes('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata';
  return { name, input: { ...WEB_CLIENT, ...change }, refused: { error, rule, members }, ...options };
}

/** Takes members away from the guide's example. */
export function without(...members: string[]): { readonly [member: string]: undefined } {
  return Object.fromEntries(members.map((member) => [member, undefined]));
}

/** A client without redirection. */
export const SERVICE = {
  ...without('redirect_uris'),
  grant_types: ['client_credentials'],
  response_types: [],
} as const;
