import type { MetadataPolicy } from '../metadata-policy.js';
import { isCleanText, isLongerThan } from '../predicates/text.js';
import type { JsonSchema, Report, Shape } from './shape.js';

/** Characters (S3, not from a standard). */
export const MAX_TEXT = 1024;

type CheckText = (value: string, report: Report, policy: MetadataPolicy) => void;

/** A string, checked further by `check`; `""` is the same as omitted. */
export function string(expects: string, schema: JsonSchema, check: CheckText): Shape<string> {
  return {
    expects,
    schema: { type: 'string', ...schema },
    empty: 'omitted',
    check(value, report, policy) {
      if (typeof value === 'string') check(value, report, policy);
      else report('wrong-type', '', 'must be a JSON string');
    },
  };
}

export function checkText(value: string, report: Report, max: number): boolean {
  const long = isLongerThan(value, max);
  if (long) report('too-long', '', `must have at most ${max} characters`);
  else if (!isCleanText(value)) report('unsafe-text');
  else return true;
  return false;
}
