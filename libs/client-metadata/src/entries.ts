import { MEMBERS } from './members.js';
import { splitLanguageTag } from './predicates/language-tag.js';
import type { MemberRow } from './table.js';

/** A row of the table with its key and its place. */
export type Entry = { name: string; row: MemberRow; order: number };

export const ENTRIES: readonly Entry[] = Object.entries<MemberRow>(MEMBERS).map(([name, row], order) => ({
  name,
  row,
  order,
}));
const ENTRY_OF: ReadonlyMap<string, Entry> = new Map(ENTRIES.map((entry) => [entry.name, entry]));

/** The row of a member of the input, tagged or not; `null` for a name we do not know (H4). */
export function findEntry(name: string): Entry | null {
  return ENTRY_OF.get(name) ?? localizedEntry(name);
}

/** The row of a member that has one. */
export function entryOf(name: string): Entry {
  const entry = findEntry(name);
  if (entry === null) throw new TypeError('a member without a row in the table');
  return entry;
}

/** The row of `name#tag`, where the tag is well-formed and the member may have one (1.3.5). */
function localizedEntry(name: string): Entry | null {
  const entry = ENTRY_OF.get(splitLanguageTag(name)?.base ?? '');
  return entry?.row.localized === true ? entry : null;
}
