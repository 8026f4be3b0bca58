import { ENTRIES, entryOf, findEntry, type Entry } from './entries.js';
import type { InputRuleName } from './input-rules.js';
import type { ClientMetadata } from './members.js';
import type { MetadataPolicy } from './metadata-policy.js';
import { inputViolation, refused, reporter, ruleViolation, type Found } from './report.js';
import { RULES } from './rules.js';
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
  const normalised = normalise(applyDefaults(readShapes(input, context), context.policy), context.policy);
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

/** Pass 2: what the client leaves to the server: one of its choices, else a default (1.2.4, H9). */
function applyDefaults(reading: Reading, policy: MetadataPolicy): Reading {
  const { members, broken, found } = applyChoices(reading, policy);
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

/** From an array of RP Metadata Choices the first supported entry; a single value beside it must be in the array. */
function applyChoices(reading: Reading, policy: MetadataPolicy): Reading {
  const choices = Object.keys(reading.members).filter((name) => findEntry(name)?.row.chooses !== undefined);
  if (choices.length === 0) return reading;
  const members: { [name: string]: unknown } = { ...reading.members };
  const broken = new Set(reading.broken);
  const found = [...reading.found];
  for (const name of choices) {
    const { row, order } = entryOf(name);
    const chosen = row.chooses ?? '';
    const offered = members[name] as readonly string[];
    const single = members[chosen] as string | undefined;
    delete members[name];
    if (single !== undefined && !offered.includes(single)) {
      found.push(inputViolation('choice-contains-value', [name, chosen], order));
    }
    if (single !== undefined || broken.has(chosen)) continue;
    const first = offered.find((value) => accepts(entryOf(chosen), value, policy));
    if (first !== undefined) members[chosen] = first;
    else {
      found.push(inputViolation('choice-supported', [name], order));
      broken.add(chosen);
    }
  }
  return { members, broken, found };
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

/** Pass 4: members together. A rule about a member that is wrong in itself would only repeat that. */
function checkRules(metadata: ClientMetadata, broken: ReadonlySet<string>, policy: MetadataPolicy): Found[] {
  const found: Found[] = [];
  const isBroken = (name: string): boolean => broken.has(name);
  for (let i = 0; i < RULES.length; i += 1) {
    const rule = RULES[i]!;
    if (broken.size > 0 && (rule.members.some(isBroken) || rule.reads?.some(isBroken) === true)) continue;
    if (!rule.holds(metadata, policy)) found.push(ruleViolation(i));
  }
  return found;
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
