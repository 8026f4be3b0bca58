import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import { eventShape } from './envelope-shape.js';
import { EVENT_ROWS } from './events.js';
import { eventSchemaPath } from './event-schemas.js';
import type { EventType } from './event-type.js';

/** docs/events.md: what an event looks like, one table per type, from the same rows that the code reads. */
export function eventsMarkdown(): string {
  // The same for every type: `type` and `schemaVersion` only differ in their value.
  const envelope: Record<string, TSchema> = eventShape('', 1, Type.Object({})).properties;
  return [
    '# Events',
    '',
    'Generated from `libs/registration/src/events` by `npm run docs:generate`; do not edit.',
    '',
    'Every accepted change of a client is one event, stored as the UTF-8 text that was first serialised; the same octets',
    'are exported and streamed. An event is never rewritten. A version of a type only ever gains optional members, so a',
    'reader ignores members it does not know; a new structure is the next `schemaVersion`, a new meaning a new type.',
    'Its `position` in the log (1, 2, 3 … over all clients) is beside the octets, not part of them.',
    '',
    '## Envelope',
    '',
    'The members of every event, in the order of the text.',
    '',
    ...table(
      Object.entries(envelope).map(([name, shape]) => [
        `\`${name}\``,
        typeName(shape),
        shape.description ?? '',
      ]),
    ),
    '',
    ...[...EVENT_ROWS.values()].flatMap(section),
  ].join('\n');
}

function section(row: EventType): string[] {
  return [
    `## ${row.type}`,
    '',
    row.description,
    '',
    `Written as version ${row.schemaVersion}; JSON Schema: \`${eventSchemaPath(row.type, row.schemaVersion)}\`.`,
    '',
    ...table(members(row.data, '')),
    '',
    '```json',
    JSON.stringify(row.example, null, 2),
    '```',
    '',
  ];
}

/** One line per member of `data`, members of members below their own. */
function members(shape: TObject, prefix: string): string[][] {
  const required = new Set(shape.required);
  return Object.entries(shape.properties).flatMap(([name, member]) => {
    const inner = objectIn(member);
    const optional = required.has(name) ? '' : ', optional';
    return [
      [`\`${prefix}${name}\``, typeName(member) + optional, member.description ?? ''],
      ...(inner === null ? [] : members(inner, `${prefix}${name}.`)),
    ];
  });
}

const isObjectShape = (shape: TSchema): shape is TObject => shape['properties'] !== undefined;
const alternatives = (shape: TSchema): TSchema[] => (shape['anyOf'] as TSchema[] | undefined) ?? [shape];
const objectIn = (shape: TSchema): TObject | null => alternatives(shape).find(isObjectShape) ?? null;
const typeName = (shape: TSchema): string =>
  [...new Set(alternatives(shape).map((one) => (one['type'] as string | undefined) ?? 'any'))].join(' or ');

const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (rows: string[][]) => [line(['member', 'type', 'meaning']), '|---|---|---|', ...rows.map(line)];
