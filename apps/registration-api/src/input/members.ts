import { ValidateBy } from 'class-validator';

/** JSON Schema of one member; what it may hold is what the checks beside it need. */
export type MemberSchema = {
  type: 'string' | 'integer';
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  enum?: readonly string[];
  format?: 'date-time';
  default?: string | number;
};

/** Everything known about one member of an input: read by the checks, by the reader and by the OpenAPI document. */
export type MemberInput = { schema: MemberSchema; required: boolean; says: string };

type Given = { says: string; required?: true };

/** The member's row stands in the validator's `context`, where {@link inputMembers} finds it again. */
function member(
  rule: string,
  schema: MemberSchema,
  given: Given,
  check: { holds: (value: unknown) => boolean; wants: string },
): PropertyDecorator {
  const required = given.required ?? false;
  const row: MemberInput = { schema, required, says: given.says };
  return ValidateBy(
    {
      name: rule,
      validator: { validate: (value) => (value === undefined ? !required : check.holds(value)) },
    },
    { message: `$property must be ${check.wants}`, context: row },
  );
}

/** Controls and lone surrogates have no place in a line that people and logs read. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** Text of 1 to `max` characters (UTF-16 code units, as JSON Schema validators of JavaScript count them). */
export const text = (given: Given & { max: number }): PropertyDecorator =>
  member('text', { type: 'string', minLength: 1, maxLength: given.max }, given, {
    holds: (value) =>
      typeof value === 'string' &&
      value.trim() !== '' &&
      value.length <= given.max &&
      !UNPRINTABLE.test(value),
    wants: `text of 1 to ${given.max} characters without control characters`,
  });

/** A whole number from `min` to `max`, both included. In a query it is written in decimal digits. */
export const wholeNumber = (
  given: Given & { min: number; max?: number; default?: number },
): PropertyDecorator => {
  const { min, max = Number.MAX_SAFE_INTEGER, default: preset } = given;
  const bound = given.max === undefined ? `not below ${min}` : `from ${min} to ${max}`;
  const schema: MemberSchema = { type: 'integer', minimum: min };
  if (given.max !== undefined) schema.maximum = max;
  if (preset !== undefined) schema.default = preset;
  return member('whole-number', schema, given, {
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    wants: `a whole number ${bound}`,
  });
};

/** One of a closed list of words. */
export const oneOf = (values: readonly string[], given: Given): PropertyDecorator =>
  member('one-of', { type: 'string', enum: values }, given, {
    holds: (value) => typeof value === 'string' && values.includes(value),
    wants: `one of ${values.join(', ')}`,
  });

/** An instant as RFC 3339 §5.6 writes it. */
export const instant = (given: Given): PropertyDecorator =>
  member('instant', { type: 'string', format: 'date-time' }, given, {
    holds: (value) => typeof value === 'string' && isInstant(value),
    wants: 'an RFC 3339 time, such as 2026-01-31T00:00:00Z (a + of an offset is %2B in a query)',
  });

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Whether `value` is an RFC 3339 date-time with a day that its month has. */
export function isInstant(value: string): boolean {
  const [, year, month, day] = INSTANT.exec(value) ?? [];
  if (year === undefined) return false;
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day);
}

/** Milliseconds since the epoch of a value that {@link isInstant} accepts; a leap second counts as the next second. */
export function instantMs(value: string): number {
  const leap = /:60(?=[.Zz+-])/.test(value);
  return Date.parse(value.replace(/:60(?=[.Zz+-])/, ':59').toUpperCase()) + (leap ? 1000 : 0);
}
