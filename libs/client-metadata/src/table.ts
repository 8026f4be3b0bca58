import type { MetadataErrorCode } from '@rollbook/protocol';
import type { MetadataPolicy } from './metadata-policy.js';
import type { JsonSchema, Shape } from './shapes/shape.js';

/** The order of checks (H16): violations are reported by group, then by their place in the tables. */
export const GROUPS = [
  'authentication',
  'syntax and types',
  'software statement',
  'redirect URIs',
  'single members',
  'cross-field',
  'policy profile',
] as const;
export type Group = (typeof GROUPS)[number];

/** Members on their way through the passes: right in shape, not yet checked together. */
export type Draft = {
  readonly grant_types?: readonly string[];
  readonly response_types?: readonly string[];
  readonly token_endpoint_auth_method?: string;
  readonly [member: string]: unknown;
};

/** Everything known about one member. */
export type MemberRow<T = unknown> = {
  shape: Shape<T>;
  /** Section that defines the member. */
  source: string;
  /** `invalid_client_metadata` unless said otherwise. */
  error?: MetadataErrorCode;
  /** Group of what is wrong with the value itself; `single members` unless said otherwise. */
  group?: Group;
  /** Stored and echoed when the member is omitted (1.2.4, H9). */
  default?: Default;
  /** What absence means; neither stored nor echoed (H44). */
  assumed?: string;
  /** May appear under `name#tag` (1.3). */
  localized?: true;
  /** Personal data: kept apart, encrypted. */
  personal?: true;
  /** Ignored in a registration (H5); `onUpdate` says what an update does with it (2.5–2.7). */
  writtenBy?: 'server';
  onUpdate?: 'required' | 'matched' | 'refused';
  /** Understood, but without effect here, for this reason: dropped unread. */
  ignored?: string;
  /** Input only: from this list the named single-valued member is chosen (RP Metadata Choices). */
  chooses?: string;
  /** Last touch on a value of right shape; `undefined` drops the member. */
  normalise?: (value: never, m: Draft, policy: MetadataPolicy) => unknown;
};

/** `reads` are the members that `from` looks at: when one of them is wrong, so would be the default. */
export type Default = {
  says: string;
  reads: readonly string[];
  from: (m: Draft, policy: MetadataPolicy) => unknown;
};

/** A default that depends on nothing. */
export function always(value: string): Default {
  return { says: value, reads: [], from: () => value };
}

export type { JsonSchema };
