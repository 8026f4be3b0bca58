import type { MetadataPolicy, SupportedList } from '../metadata-policy.js';
import { sameWords } from '../predicates/response-type.js';
import type { JsonSchema, Shape } from './shape.js';
import { checkText, MAX_TEXT, string } from './string.js';

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
