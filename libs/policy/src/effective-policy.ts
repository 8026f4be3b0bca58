import { type MetadataPolicy, POLICY_FLAGS, SUPPORTED_LISTS } from '@rollbook/client-metadata';
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import { MEMBERS, STATED_NAMES, type StatedName } from './members.js';
import { type PolicyFile, readPolicyFile } from './policy-file.js';
import { type ProfileName, PROFILES } from './profiles.js';
import { CIBA, type Flags, type Lists, removeUnusable } from './requirements.js';

/** What the file says of the authorization server, issuer apart. */
export type AuthorizationServer = Pick<PolicyFile, Exclude<StatedName, 'issuer'>>;

export type Policy = {
  /** First 16 hexadecimal digits of the SHA-256 of `effective` in canonical form. */
  policyVersion: string;
  profile: ProfileName;
  registration: 'open';
  /** What validation reads. */
  metadata: MetadataPolicy;
  /** The authorization server's issuer, or null: then the public URL is it. */
  issuer: string | null;
  authorizationServer: AuthorizationServer;
  /** All of the above that has an effect, as one JSON value. */
  effective: object;
};

/** A policy that cannot be used. `mistakes`: one sentence each, never with a value out of the file. */
export class PolicyError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.name = 'PolicyError';
    this.mistakes = mistakes;
  }
}

/**
 * The policy in force: the profile's values, replaced list by list by what the file gives. Lists that the file leaves
 * out lose the values that its other lists make useless; a value that the file gives itself and that nothing could
 * use is a mistake.
 *
 * @param input.file the parsed policy file, null for none
 * @param input.profile name of the profile (`ROLLBOOK_PROFILE`)
 * @throws PolicyError with every mistake
 */
export function effectivePolicy(input: { file: unknown; profile: string }): Policy {
  const { profile } = input;
  if (profile !== 'rfc7591') {
    throw new PolicyError(['profile: must be rfc7591; the profiles oauth21, fapi2 and mcp do not exist yet']);
  }
  const read = readPolicyFile(input.file ?? {});
  if ('mistakes' in read) throw new PolicyError(read.mistakes);
  const { file } = read;
  const { supported, flags } = boundsOf(file, profile);

  const metadata: MetadataPolicy = {
    profile,
    knobs: PROFILES[profile].knobs,
    supported,
    flags,
    scopes_supported: file.scopes_supported ?? null,
    acr_values_supported: file.acr_values_supported ?? null,
    authorization_details_types_supported: file.authorization_details_types_supported ?? null,
    allowedNetworks: file.outbound?.allowedNetworks ?? [],
  };
  const { issuer = null, ...authorizationServer } = pick(file, STATED_NAMES);
  const effective = {
    registration: 'open' as const,
    softwareStatements: { mode: 'ignore' },
    metadata,
    issuer,
    authorizationServer,
  };
  return {
    policyVersion: createHash('sha256').update(canonicalJson(effective)).digest('hex').slice(0, 16),
    profile,
    registration: effective.registration,
    metadata,
    issuer,
    authorizationServer,
    effective,
  };
}

/** The lists and flags of the profile under those of the file, without what could never be registered. */
function boundsOf(file: PolicyFile, profile: ProfileName): { supported: Lists; flags: Flags } {
  const built = PROFILES[profile];
  const flags: Flags = { ...built.flags, ...pick(file, POLICY_FLAGS) };
  const given: Lists = { ...built.supported, ...pick(file, SUPPORTED_LISTS) };
  const { lists, removed } = removeUnusable(given, flags);

  const mistakes = removed.flatMap(({ list, value, says }) => {
    const index = file[list]?.indexOf(value) ?? -1;
    return index < 0 ? [] : [`/${list}/${index}: ${says}; change that or remove the entry`];
  });
  for (const list of SUPPORTED_LISTS) {
    // Only a list that the file leaves out can have lost its last value here; the file's own are reported above.
    if (MEMBERS[list].schema.minItems === 1 && lists[list].length === 0 && file[list] === undefined) {
      mistakes.push(`/${list}: must be given, because the other lists make all its usual values useless`);
    }
  }
  if (!lists.grant_types_supported.includes(CIBA)) {
    if (file.backchannel_user_code_parameter_supported) {
      mistakes.push(`/backchannel_user_code_parameter_supported: needs ${CIBA} in grant_types_supported`);
    }
    flags.backchannel_user_code_parameter_supported = false;
  }
  if (mistakes.length > 0) throw new PolicyError(mistakes);
  return { supported: lists, flags };
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  ) as Pick<T, K>;
}
