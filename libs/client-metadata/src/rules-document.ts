import { INPUT_RULES } from './input-rules.js';
import { MEMBERS, UNSUPPORTED } from './members.js';
import { RULES } from './rules.js';
import { SHAPE_RULES } from './shape-rules.js';
import { GROUPS, type MemberRow } from './table.js';
import { WARNINGS } from './warnings.js';

/** The whole table as a document for people (docs/metadata-rules.md). */
export function metadataRulesMarkdown(): string {
  return [
    '# Client metadata: members and rules',
    'Generated from `libs/client-metadata/src/members.ts`, `rules.ts` and their neighbours by `npm run docs:generate`.',
    `A refusal lists every violation, in the order ${GROUPS.map((group) => `*${group}*`).join(' → ')}, within a group in the order below; the first gives \`error\`. A violation that names \`redirect_uris\` is \`invalid_redirect_uri\`, every other is \`invalid_client_metadata\`. \`null\` is the same as omitted, and so is \`""\` where the value is free text or a URI. Unknown members are ignored.`,
    '## Members',
    table(
      ['member', 'must be', 'when omitted', 'notes', 'source'],
      Object.entries<MemberRow>(MEMBERS).map(([name, row]) => [
        `\`${name}\``,
        row.shape.expects,
        absence(row),
        notes(row),
        row.source,
      ]),
    ),
    '## Rules about one value',
    'The message starts with the member and the place in it. Types and empty entries belong to the group *syntax and types*.',
    table(
      ['rule', 'says', 'source'],
      Object.entries(SHAPE_RULES).map(([id, row]) => [
        `\`${id}\``,
        row.says,
        'source' in row ? row.source : "the member's",
      ]),
    ),
    '## Rules about the input as a whole',
    table(
      ['rule', 'group', 'says', 'source'],
      Object.entries(INPUT_RULES).map(([id, row]) => [`\`${id}\``, row.group, row.says, row.source]),
    ),
    '## Rules that relate members',
    table(
      ['rule', 'members', 'group', 'says', 'source'],
      RULES.map((rule) => [
        `\`${rule.id}\``,
        rule.members.map((member) => `\`${member}\``).join(', '),
        rule.group ?? 'cross-field',
        rule.says,
        rule.source,
      ]),
    ),
    '## Warnings',
    'The client is registered; the message starts with the member.',
    table(
      ['warning', 'says', 'source'],
      WARNINGS.map((row) => [`\`${row.id}\``, row.says, row.source]),
    ),
    '## Not supported',
    'Known, and ignored like any unknown member.',
    table(
      ['member', 'why'],
      Object.entries(UNSUPPORTED).map(([name, reason]) => [`\`${name}\``, reason]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function absence(row: MemberRow): string {
  const stored = row.default === undefined ? [] : [`stored: ${row.default.says}`];
  const assumed = row.assumed === undefined ? [] : [`assumed: ${row.assumed}`];
  return [...stored, ...assumed].join('; ');
}

const ON_UPDATE = {
  required: 'required in an update',
  matched: 'must be the current one in an update',
  refused: 'refused in an update',
} as const;

function notes(row: MemberRow): string {
  return [
    row.localized === true ? ['may carry a language tag'] : [],
    row.personal === true ? ['personal data'] : [],
    row.writtenBy === undefined ? [] : ['written by the server, ignored in a registration'],
    row.onUpdate === undefined ? [] : [ON_UPDATE[row.onUpdate]],
    row.ignored === undefined ? [] : [`ignored: ${row.ignored}`],
    row.chooses === undefined
      ? []
      : [`input only: its first supported entry that goes with the rest becomes \`${row.chooses}\``],
    row.error === undefined ? [] : [`error \`${row.error}\``],
  ]
    .flat()
    .join('; ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}
