import { MEMBERS, type ClientMetadata, type PersonalMetadata } from './members.js';

const PERSONAL: ReadonlySet<string> = new Set(
  Object.entries(MEMBERS).flatMap(([name, row]) => ('personal' in row ? [name] : [])),
);

/**
 * Takes the personal members out of a record (column `personal`), so that they can be encrypted apart from the rest.
 * `personal` is `null` when there are none; joining both again gives the record.
 */
export function splitPersonal(metadata: ClientMetadata): {
  metadata: ClientMetadata;
  personal: PersonalMetadata | null;
} {
  if (!Object.keys(metadata).some((name) => PERSONAL.has(name))) return { metadata, personal: null };
  return {
    metadata: pick(metadata, (name) => !PERSONAL.has(name)),
    personal: pick(metadata, (name) => PERSONAL.has(name)),
  };
}

function pick(metadata: ClientMetadata, wanted: (name: string) => boolean): Partial<ClientMetadata> {
  const picked: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(metadata)) if (wanted(name)) picked[name] = value;
  return picked as Partial<ClientMetadata>;
}
