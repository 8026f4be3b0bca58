import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { RegistrationError, type Violation } from '@rollbook/protocol';
import type { MemberInput } from './members.js';

export type InputClass<T extends object> = new () => T;

/** The members of an input class, name → row, in the order in which the class declares them. */
export function inputMembers(input: InputClass<object>): ReadonlyMap<string, MemberInput> {
  const rows = getMetadataStorage().getTargetValidationMetadatas(input, '', false, false);
  return new Map(rows.map((row) => [row.propertyName, row.context as MemberInput]));
}

/** Where the members of an input stand; in a query everything is text. */
export type InputSource = 'query' | 'body';

/**
 * A typed input out of what the framework parsed.
 *
 * @param raw the parsed query, or the parsed body; an absent body is an empty one
 * @returns an instance of `input` with its defaults where `raw` says nothing
 * @throws RegistrationError `invalid_request` with every violation at once: unknown members, repeated parameters,
 * and whatever the decorators of `input` refuse
 */
export function readInput<T extends object>(input: InputClass<T>, raw: unknown, source: InputSource): T {
  const given = raw === undefined || raw === null || raw === '' ? {} : raw;
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw refused([violation([], 'object', 'the body must be a JSON object')]);
  }
  const members = inputMembers(input);
  const violations: Violation[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, row] of members) if (row.schema.default !== undefined) values[name] = row.schema.default;
  for (const [name, value] of Object.entries(given)) {
    const row = members.get(name);
    if (row === undefined) violations.push(unknownMember(name, members, source));
    else if (source === 'query' && Array.isArray(value)) {
      violations.push(violation([name], 'single-value', `${name} is given more than once; give it once`));
    } else values[name] = source === 'query' && row.schema.type === 'integer' ? digits(value) : value;
  }
  const instance = Object.assign(new input(), values);
  // Members of a repeated parameter are absent here; a required one would be reported twice.
  const reported = new Set(violations.flatMap((found) => found.members));
  for (const error of validateSync(instance, { forbidUnknownValues: false, stopAtFirstError: true })) {
    if (!reported.has(error.property)) violations.push(ofValidator(error));
  }
  if (violations.length > 0) throw refused(violations);
  return instance;
}

/** A number written in decimal digits as a number; anything else stays as it is, for the check to refuse. */
const digits = (value: unknown) =>
  typeof value === 'string' && /^(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value;

const SECTION = 'Rollbook API';
const violation = (members: string[], rule: string, message: string): Violation => ({
  members,
  rule,
  section: SECTION,
  message,
});

/** What was sent is not repeated in the sentence (H15); a name that looks like one stands in `members`. */
function unknownMember(name: string, members: ReadonlyMap<string, unknown>, source: InputSource): Violation {
  const kind = source === 'query' ? 'query parameters' : 'members';
  const known = members.size === 0 ? 'none' : `only ${[...members.keys()].join(', ')}`;
  // Tokens and secrets are longer.
  const named = /^[\w#.-]{1,32}$/.test(name) ? [name] : [];
  return violation(named, 'known-member', `of ${kind} this endpoint takes ${known}`);
}

function ofValidator(error: ValidationError): Violation {
  const [rule = 'invalid', message = `${error.property} is not valid`] =
    Object.entries(error.constraints ?? {})[0] ?? [];
  return violation([error.property], rule, message);
}

/** One wrong input member, for checks that a decorator cannot make. */
export const inputRefused = (member: string, rule: string, message: string): RegistrationError =>
  refused([violation([member], rule, message)]);

/** Many wrong members may share one sentence. */
const refused = (violations: Violation[]) =>
  new RegistrationError(
    'invalid_request',
    [...new Set(violations.map(({ message }) => message))].join('; '),
    {
      violations,
    },
  );
