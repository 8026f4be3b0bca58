import type { MetadataErrorCode, Violation } from '@rollbook/protocol';
import { ENTRIES, findEntry, type Entry } from './entries.js';
import { INPUT_RULES, type InputRuleName } from './input-rules.js';
import { RULES } from './rules.js';
import { SHAPE_RULES, type ShapeRule } from './shape-rules.js';
import type { Report } from './shapes/shape.js';
import { GROUPS, type Group } from './table.js';
import type { Validation } from './validation.js';

/** A violation and its place in the report: group first (H16), then the tables from top to bottom. */
export type Found = { rank: number; violation: Violation };
/** More than there are rows in the tables. */
const GROUP_SIZE = 1000;

/** Types come before values (H46), the values of a member in the group of its row. */
export function reporter(name: string, { row, order }: Entry, found: Found[]): Report {
  return (rule: ShapeRule, at = '', says = SHAPE_RULES[rule].says) => {
    const isType = rule === 'wrong-type' || rule === 'empty-entry';
    const own = SHAPE_RULES[rule];
    const section = 'source' in own ? own.source : row.source;
    const violation = { members: [name], rule, section, message: `${name}${at} ${says}` };
    found.push({
      rank: rankOf(isType ? 'syntax and types' : (row.group ?? 'single members'), order),
      violation,
    });
  };
}

export function inputViolation(rule: InputRuleName, members: string[], order: number): Found {
  const { group, source, says } = INPUT_RULES[rule];
  const subject = /^(?:must|has) /.test(says) ? `${members[0] ?? ''} ` : '';
  return {
    rank: rankOf(group, order),
    violation: { members, rule, section: source, message: `${subject}${says}` },
  };
}

/** @param index of the rule in {@link RULES} */
export function ruleViolation(index: number): Found {
  const { id, members, source, says, group = 'cross-field' } = RULES[index]!;
  const violation = { members: [...members], rule: id, section: source, message: says };
  return { rank: rankOf(group, ENTRIES.length + index), violation };
}

function rankOf(group: Group, order: number): number {
  return GROUPS.indexOf(group) * GROUP_SIZE + order;
}

/** Tagged members share the rank of their row; their names decide, not their order in the input. */
function inReportOrder(a: Found, b: Found): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  const [x = '', y = ''] = [a.violation.members[0], b.violation.members[0]];
  return x === y ? 0 : x < y ? -1 : 1;
}

/** The code is a column of the member's row; a violation that names several takes the one that says something. */
function errorOf(violation: Violation): MetadataErrorCode {
  const codes = violation.members.map((name) => findEntry(name)?.row.error);
  return codes.find((code) => code !== undefined) ?? 'invalid_client_metadata';
}

export function refused(found: readonly Found[]): Validation {
  const violations = found.toSorted(inReportOrder).map(({ violation }) => violation);
  const [first] = violations;
  return { ok: false, error: first === undefined ? 'invalid_client_metadata' : errorOf(first), violations };
}
