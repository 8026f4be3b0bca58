import type { TObject } from '@sinclair/typebox';
import { eventShape } from './envelope-shape.js';
import { EVENT_ROWS } from './events.js';

/** Where a schema is published; also its `$id`, resolved against the address it was read from. */
export const eventSchemaPath = (type: string, version: number) => `/schemas/events/${type}/${version}`;

/**
 * The JSON Schema (draft 2020-12) of one event type and version, envelope included; `null` when there is none. Served
 * at {@link eventSchemaPath}. New optional members may appear in a version, so a reader ignores what it does not know.
 */
export function eventSchema(type: string, version: number): Record<string, unknown> | null {
  const row = EVENT_ROWS.get(type);
  const data: TObject | undefined = version === row?.schemaVersion ? row.data : row?.upcast[version]?.data;
  if (row === undefined || data === undefined) return null;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: eventSchemaPath(type, version),
    title: row.title,
    description: row.description,
    // Without TypeBox's symbols, which JSON has no place for.
    ...(JSON.parse(JSON.stringify(eventShape(type, version, data))) as Record<string, unknown>),
  };
}
