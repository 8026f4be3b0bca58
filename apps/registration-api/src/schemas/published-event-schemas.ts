import { EVENT_TYPES, eventSchema } from '@rollbook/registration';

/** One event type in one version, and its JSON Schema. */
export type PublishedEventSchema = {
  type: string;
  version: number;
  schema: Readonly<Record<string, unknown>>;
};

/** Every type and version that has a schema, in the order of a client's life, newest version last. */
export function publishedEventSchemas(): PublishedEventSchema[] {
  return EVENT_TYPES.flatMap((type) => {
    const versions: PublishedEventSchema[] = [];
    for (let version = 1; ; version += 1) {
      const schema = eventSchema(type, version);
      if (schema === null) return versions;
      versions.push({ type, version, schema });
    }
  });
}
