import { MEMBERS } from './members.js';
import type { JsonSchema } from './shapes/shape.js';
import type { MemberRow } from './table.js';

/**
 * JSON Schema (2020-12) of a registration request, for OpenAPI. It says what can be said of members one by one; the
 * rules that relate them, and the server's lists, are not in it, so `validateClientMetadata` alone decides.
 */
export function clientMetadataSchema(): object {
  const rows = Object.entries<MemberRow>(MEMBERS).filter(([, row]) => row.writtenBy !== 'server');
  return {
    type: 'object',
    properties: Object.fromEntries(rows.map(([name, row]) => [name, schemaOf(row)])),
    patternProperties: Object.fromEntries(
      rows.filter(([, row]) => row.localized === true).map(([name, row]) => [`^${name}#`, schemaOf(row)]),
    ),
    additionalProperties: true,
  };
}

function schemaOf(row: MemberRow): JsonSchema {
  const says = [
    `Must be ${row.shape.expects}.`,
    row.default === undefined ? '' : `Default: ${row.default.says}.`,
    row.assumed === undefined ? '' : `When omitted: ${row.assumed}.`,
    row.ignored === undefined ? '' : `Ignored: ${row.ignored}.`,
    row.chooses === undefined ? '' : `Input only: chooses ${row.chooses}.`,
    `(${row.source})`,
  ];
  return { ...row.shape.schema, description: says.filter((text) => text !== '').join(' ') };
}
