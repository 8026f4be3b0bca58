import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import ipaddr from 'ipaddr.js';
import { MEMBER_NAMES, type MemberName, MEMBERS } from './members.js';
import { networks } from './shapes.js';

const OURS = {
  softwareStatements: Type.Object(
    {
      mode: Type.Optional(
        Type.Literal('ignore', {
          description: 'ignore; software statements are not verified yet, so no other mode exists',
        }),
      ),
    },
    { additionalProperties: false, description: 'an object with the member mode' },
  ),
  outbound: Type.Object(
    { allowedNetworks: Type.Optional(networks) },
    { additionalProperties: false, description: 'an object with the member allowedNetworks' },
  ),
};

type FileMember = Exclude<MemberName, 'registration_endpoint'>;
/** The policy file after reading: RFC 8414 spellings for what the authorization server does, ours for the rest. */
export type PolicyFile = { $schema?: string } & {
  [N in FileMember]?: Static<(typeof MEMBERS)[N]['schema']>;
} & {
  [N in keyof typeof OURS]?: Static<(typeof OURS)[N]>;
};

/** JSON Schema (2020-12) of the policy file, made from the member table. */
export const POLICY_SCHEMA: object = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Rollbook policy',
  ...Type.Object(
    {
      $schema: Type.Optional(Type.String({ description: 'the address of this schema' })),
      ...Object.fromEntries(
        MEMBER_NAMES.filter((name) => MEMBERS[name].from !== 'ours').map((name) => [
          name,
          Type.Optional({ ...MEMBERS[name].schema, $comment: MEMBERS[name].source }),
        ]),
      ),
      ...Object.fromEntries(Object.entries(OURS).map(([name, schema]) => [name, Type.Optional(schema)])),
    },
    { additionalProperties: false, description: 'a JSON object' },
  ),
};

/** Compiled for the first file: most services start without one. */
let compiled: ValidateFunction<PolicyFile> | null = null;
const policyShape = (): ValidateFunction<PolicyFile> =>
  (compiled ??= new Ajv2020({ allErrors: true, verbose: true }).compile<PolicyFile>(POLICY_SCHEMA));

/**
 * Reads the parsed policy file.
 *
 * @returns the file, or every mistake in it: JSON pointer, then what to change; never a value out of the file
 */
export function readPolicyFile(file: unknown): { file: PolicyFile } | { mistakes: string[] } {
  const hasPolicyShape = policyShape();
  if (!hasPolicyShape(file)) return { mistakes: shapeMistakes(hasPolicyShape.errors ?? []) };
  const mistakes = (file.outbound?.allowedNetworks ?? []).flatMap((network, index) =>
    ipaddr.isValidCIDR(network)
      ? []
      : [`/outbound/allowedNetworks/${index}: must be ${networks.items.description}`],
  );
  return mistakes.length > 0 ? { mistakes } : { file };
}

/** One sentence per place, also where a value breaks several keywords of its schema. */
function shapeMistakes(errors: readonly ErrorObject[]): string[] {
  const byPointer = new Map<string, string>();
  for (const error of errors) {
    // What each entry lacks to be the one that `contains` looks for: the list itself is reported.
    if (error.schemaPath.includes('/contains/')) continue;
    const unknown: unknown = error.params.additionalProperty;
    const pointer =
      typeof unknown === 'string' ? `${error.instancePath}/${escaped(unknown)}` : error.instancePath;
    if (byPointer.has(pointer)) continue;
    byPointer.set(
      pointer,
      typeof unknown === 'string'
        ? unknownMember(unknown)
        : `must be ${(error.parentSchema as TSchema | undefined)?.description ?? 'as the schema says'}`,
    );
  }
  return [...byPointer].map(([pointer, says]) => `${pointer === '' ? 'the policy file' : pointer}: ${says}`);
}

function unknownMember(name: string): string {
  return name === 'registration_endpoint'
    ? "is always this service's own address; remove it"
    : 'is not a member of the policy; correct its name or remove it';
}

/** RFC 6901 §3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
