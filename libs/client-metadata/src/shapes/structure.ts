import { checkJwkSet, MAX_KEYS, type JwkSet } from '../predicates/jwk-set.js';
import { isRepeatable } from '../predicates/json-value.js';
import { isObject, type Shape } from './shape.js';

/** Entries (S3, not from a standard). */
const MAX_ENTRIES = 50;

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
    else if (!isRepeatable(value)) report('json-value');
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
    else if (!isRepeatable(value)) report('json-value');
  },
};
