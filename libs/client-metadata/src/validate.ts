import { ENTRIES, entryOf, findEntry, type Entry } from './entries.js';
import type { InputRuleName } from './input-rules.js';
import type { ClientMetadata } from './members.js';
import type { MetadataPolicy } from './metadata-policy.js';
import { inputViolation, refused, reporter, ruleViolation, type Found } from './report.js';
import { RULES, type Rule } from './rules.js';
import { sectorDocument } from './sector.js';
import { isObject } from './shapes/shape.js';
import type { Draft, MemberRow } from './table.js';
import type { Operation, Validation } from './validation.js';
import { warningsAbout } from './warnings.js';

type Context = { policy: MetadataPolicy; operation: Operation };
/** What the passes hand on: the members that are right so far, the names of those that are not, and why. */
type Reading = {
  readonly members: Draft;
  readonly broken: ReadonlySet<string>;
  readonly found: readonly Found[];
};

const DEFAULTED = ENTRIES.filter(({ row }) => row.default !== undefined);
const WRITTEN_BY_SERVER = ENTRIES.filter(({ row }) => row.writtenBy === 'server');
/** By what they choose: the authentication method comes before the algorithms that depend on it. */
const CHOICES = ENTRIES.flatMap(({ name, row, order }) =>
  row.chooses === undefined ? [] : [{ name, order, chosen: entryOf(row.chooses) }],
).sort((a, b) => a.chosen.order - b.chosen.order);

/**
 * Validates client metadata for a registration or an update: read shapes → apply defaults → normalise → check rules.
 * Pure; never throws for bad input and never edits it.
 *
 * @param input parsed JSON, whatever it is
 * @returns the normalised record with warnings, and the document that the caller still has to fetch; or every violation,
 *   in the order of H16, whose first gives `error` (RFC 7591 §3.2.2: `invalid_redirect_uri` or `invalid_client_metadata`)
 */
export function validateClientMetadata(input: unknown, context: Context): Validation {
  if (!isObject(input)) return refused([inputViolation('metadata-object', [], 0)]);
  const chosen = applyChoices(readShapes(input, context), context.policy);
  const normalised = normalise(applyDefaults(chosen, context.policy), context.policy);
  // Shapes and defaults are checked: this is where a draft has become a record.
  const metadata = normalised.members as ClientMetadata;
  const found = [...normalised.found, ...checkRules(metadata, normalised.broken, context.policy)];
  if (found.length > 0) return refused(found);
  return { ok: true, metadata, warnings: warningsAbout(metadata), sectorDocument: sectorDocument(metadata) };
}

/** Pass 1: members we know, each judged on its own. `null` is omitted (H6), unknown names are dropped (H4). */
function readShapes(input: { readonly [name: string]: unknown }, { policy, operation }: Context): Reading {
  const members: { [name: string]: unknown } = {};
  const broken = new Set<string>();
  const found = operation.kind === 'update' ? serverMembers(input, operation) : [];
  const tagged = new Set<string>();
  for (const name of Object.keys(input)) {
    const entry = findEntry(name);
    const value = input[name];
    if (entry === null || entry.row.ignored !== undefined || entry.row.writtenBy === 'server') continue;
    if (isOmitted(value, entry.row)) continue;
    const faults = found.length;
    entry.row.shape.check(value, reporter(name, entry, found), policy);
    if (name !== entry.name && repeats(tagged, name)) {
      found.push(inputViolation('language-tags-distinct', [entry.name], entry.order));
    }
    if (found.length > faults) broken.add(name);
    else members[name] = Array.isArray(value) ? value.slice() : value;
  }
  return { members, broken, found };
}

/**
 * Pass 2, first half: from an array of RP Metadata Choices the first supported entry that goes with the rest of the
 * record; where none does, the first, so that the client is told why. A single value beside the array must be in it.
 */
function applyChoices(reading: Reading, policy: MetadataPolicy): Reading {
  const choices = CHOICES.filter(({ name }) => reading.members[name] !== undefined);
  if (choices.length === 0) return reading;
  const members: { [name: string]: unknown } = { ...reading.members };
  for (const { name } of choices) delete members[name];
  const broken = new Set(reading.broken);
  const found = [...reading.found];
  for (const { name, order, chosen } of choices) {
    const offered = reading.members[name] as readonly string[];
    const single = members[chosen.name] as string | undefined;
    if (single !== undefined && !offered.includes(single)) {
      found.push(inputViolation('choice-contains-value', [name, chosen.name], order));
    }
    if (single !== undefined || broken.has(chosen.name)) continue;
    const supported = [...new Set(offered)].filter((value) => accepts(chosen, value, policy));
    if (supported.length > 0) {
      members[chosen.name] = firstFitting(supported, chosen.name, { members, broken, found: [] }, policy);
    } else {
      found.push(inputViolation('choice-supported', [name], order));
      broken.add(chosen.name);
    }
  }
  return { members, broken, found };
}

/** The first of the values to which no rule about the member objects; the first of all, when each meets an objection. */
function firstFitting(
  values: readonly string[],
  member: string,
  { members, broken, found }: Reading,
  policy: MetadataPolicy,
): string | undefined {
  const rules = RULES.filter((rule) => (rule.members as readonly string[]).includes(member));
  const fits = (value: string): boolean => {
    const draft = { members: { ...members, [member]: value }, broken, found };
    const tried = normalise(applyDefaults(draft, policy), policy);
    return !rules.some((rule) => isViolated(rule, tried.members as ClientMetadata, tried.broken, policy));
  };
  return values.length === 1 ? values[0] : (values.find(fits) ?? values[0]);
}

/** Pass 2, second half: what the client leaves to the server (1.2.4, H9). */
function applyDefaults({ members, broken, found }: Reading, policy: MetadataPolicy): Reading {
  const completed: { [name: string]: unknown } = { ...members };
  const unknown = new Set(broken);
  const late: Found[] = [];
  for (const entry of DEFAULTED) {
    const { name, row } = entry;
    if (row.default === undefined || members[name] !== undefined || unknown.has(name)) continue;
    if (row.default.reads.some((read) => broken.has(read))) {
      unknown.add(name);
      continue;
    }
    const value = row.default.from(members, policy);
    if (value === undefined) continue;
    completed[name] = value;
    row.shape.check(value, reporter(name, entry, late), policy);
  }
  return { members: completed, broken: unknown, found: late.length === 0 ? found : [...found, ...late] };
}

/** Pass 3: values as they are stored, members in the order of the table, so that equal records are equal texts. */
function normalise({ members, broken, found }: Reading, policy: MetadataPolicy): Reading {
  const normalised: { [name: string]: unknown } = {};
  const present = Object.keys(members).map((name) => ({ name, entry: entryOf(name) }));
  for (const { name, entry } of present.sort(inTableOrder)) {
    const { normalise: touch } = entry.row;
    const value = touch === undefined ? members[name] : touch(members[name] as never, members, policy);
    if (value !== undefined) normalised[name] = value;
  }
  return { members: normalised, broken, found };
}

/** Pass 4: members together. */
function checkRules(metadata: ClientMetadata, broken: ReadonlySet<string>, policy: MetadataPolicy): Found[] {
  const found: Found[] = [];
  for (let i = 0; i < RULES.length; i += 1) {
    if (isViolated(RULES[i]!, metadata, broken, policy)) found.push(ruleViolation(i));
  }
  return found;
}

/** A rule about a member that is wrong in itself would only repeat that, so it is not asked. */
function isViolated(
  rule: Rule,
  metadata: ClientMetadata,
  broken: ReadonlySet<string>,
  policy: MetadataPolicy,
): boolean {
  const isBroken = (name: string): boolean => broken.has(name);
  if (broken.size > 0 && (rule.members.some(isBroken) || rule.reads?.some(isBroken) === true)) return false;
  return !rule.holds(metadata, policy);
}

/** What RFC 7592 §2.2 says about the members that only the server writes. */
function serverMembers(
  input: { readonly [name: string]: unknown },
  operation: Operation & { kind: 'update' },
): Found[] {
  const found: Found[] = [];
  for (const { name, row, order } of WRITTEN_BY_SERVER) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    const violate = (rule: InputRuleName): void => void found.push(inputViolation(rule, [name], order));
    if (isOmitted(value, row)) {
      if (row.onUpdate === 'required') violate('client-id-required');
    } else if (row.onUpdate === 'required') {
      if (value !== operation.client_id) violate('client-id-mismatch');
    } else if (row.onUpdate === 'matched') {
      if (typeof value !== 'string' || !operation.isCurrentSecret(value)) violate('client-secret-mismatch');
    } else {
      violate('server-written');
    }
  }
  return found;
}

function isOmitted(value: unknown, row: MemberRow): boolean {
  return value === undefined || value === null || (value === '' && row.shape.empty === 'omitted');
}

function repeats(seen: Set<string>, name: string): boolean {
  const folded = name.toLowerCase();
  const again = seen.has(folded);
  seen.add(folded);
  return again;
}

function accepts(entry: Entry, value: unknown, policy: MetadataPolicy): boolean {
  const found: Found[] = [];
  entry.row.shape.check(value, reporter(entry.name, entry, found), policy);
  return found.length === 0;
}

type Present = { name: string; entry: Entry };
function inTableOrder(a: Present, b: Present): number {
  return a.entry.order - b.entry.order || (a.name < b.name ? -1 : 1);
}
