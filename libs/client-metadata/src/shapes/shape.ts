import type { MetadataPolicy } from '../metadata-policy.js';
import type { ShapeRule } from '../shape-rules.js';

/**
 * @param at where in the member, in JavaScript notation: `[1]`, `.keys[0]`; empty for the member itself
 * @param says replaces the sentence of the shape rule, where the shape knows better
 */
export type Report = (rule: ShapeRule, at?: string, says?: string) => void;
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The values that a member may have. `check` reports what is wrong with one and never throws; `empty` says what `""`
 * means (H7); `expects` completes "must be …" and is what the rules document prints.
 */
export type Shape<T> = {
  readonly expects: string;
  readonly schema: JsonSchema;
  readonly empty: 'omitted' | 'value';
  check(value: unknown, report: Report, policy: MetadataPolicy): void;
  /** Exists for the type checker only: the type that `check` establishes. */
  readonly type?: T;
};

export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
