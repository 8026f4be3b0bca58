import { readFileSync } from 'node:fs';
import { clientMetadataSchema } from '@rollbook/client-metadata';
import { Option, type Command } from 'commander';
import { CommandFailed } from './exit-codes.js';
import type { Terminal } from './terminal.js';

type Property = { type?: string; description?: string };

/** Members whose flag takes one plain word; everything with structure goes into the file. */
const FLAG_TYPES = ['string', 'array', 'boolean', 'integer', 'number'];

/** The members that a client may send, each with its type, from the one table of client metadata. */
function members(): [string, Property][] {
  const { properties = {} } = clientMetadataSchema() as { properties?: Record<string, Property> };
  return Object.entries(properties).filter(([, property]) => FLAG_TYPES.includes(property.type ?? ''));
}

const flagOf = (member: string) => `--${member.replaceAll('_', '-')}`;
/** The name commander gives the option's value. */
const keyOf = (member: string) => new Option(`${flagOf(member)} <v>`).attributeName();

/** Adds a flag for every client metadata member: the member with dashes, repeated or comma-free for lists. */
export function withMetadataFlags(command: Command): Command {
  for (const [member, { type }] of members()) {
    const value = type === 'array' ? '<value...>' : type === 'boolean' ? '[true|false]' : '<value>';
    command.addOption(new Option(`${flagOf(member)} ${value}`, `${member} (${type})`).hideHelp());
  }
  return command.addHelpText(
    'after',
    '\nEvery member of the client metadata is also a flag, the member with dashes: --client-name, --redirect-uris …',
  );
}

/**
 * The metadata of a request: the JSON object of FILE (`-` is standard input), with the members given as flags put
 * over it. Values are sent as they are; the service decides what is valid.
 *
 * @throws CommandFailed `usage` when there is neither, or the input is not a JSON object
 */
export async function metadataInput(
  terminal: Terminal,
  file: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const flags = Object.fromEntries(
    members()
      .filter(([member]) => options[keyOf(member)] !== undefined)
      .map(([member, { type }]) => [member, typed(options[keyOf(member)], type)]),
  );
  if (file === undefined && Object.keys(flags).length === 0) {
    throw new CommandFailed(
      'usage',
      'name a FILE with the client metadata (- for standard input), or give members as flags',
    );
  }
  return { ...(file === undefined ? {} : object(await read(terminal, file), file)), ...flags };
}

/** Reads FILE or standard input as text. */
async function read(terminal: Terminal, file: string): Promise<string> {
  if (file === '-') return terminal.stdin();
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CommandFailed('usage', `${file} cannot be read`, { cause });
  }
}

function object(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CommandFailed('usage', `${file === '-' ? 'standard input' : file} is not JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CommandFailed('usage', `${file === '-' ? 'standard input' : file} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

function typed(value: unknown, type: string | undefined): unknown {
  if (type === 'boolean')
    return value === true || value === 'true' ? true : value === 'false' ? false : value;
  if (type === 'integer' || type === 'number') return Number.isNaN(Number(value)) ? value : Number(value);
  return value;
}
