import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { generateRecipient } from '@rollbook/credentials';
import {
  ConfigurationError,
  Expected,
  jsonText,
  masterKey,
  type NamedToken,
  namedTokens,
} from '@rollbook/platform';

/** The files of a data directory; those without `.sqlite` are the named key files. */
export const FILES = {
  log: 'log.sqlite',
  models: 'models.sqlite',
  keys: 'keys.sqlite',
  adminTokens: 'admin-tokens',
  auditorTokens: 'auditor-tokens',
  masterKey: 'master-key',
  secretRecipients: 'secret-recipients.json',
  secretRecipientPrivateKey: 'secret-recipient-private-key.json',
} as const;

/** Makes the directory, for its owner only. */
export function openDataDirectory(directory: string): string {
  const absolute = path.resolve(directory);
  mkdirSync(absolute, { recursive: true, mode: 0o700 });
  chmodSync(absolute, 0o700);
  return absolute;
}

/** The tokens of a key file, lines `name:token`; at the first start one is generated. */
export function tokensIn(directory: string, file: string, name: string): readonly NamedToken[] {
  const text = readOrMake(directory, file, () => `${name}:${randomBytes(32).toString('base64url')}\n`);
  return contentOf(file, text, namedTokens);
}

/** The generated master key. */
export function masterKeyIn(directory: string): Buffer {
  const text = readOrMake(directory, FILES.masterKey, () => `${randomBytes(32).toString('base64url')}\n`);
  return contentOf(FILES.masterKey, text.trim(), masterKey);
}

/**
 * The generated recipient of sealed secrets. Its private key lies beside the log, so that the embedded service works
 * out of the box: who can read the directory can open the secrets (docs/decisions/0002).
 */
export async function secretRecipientsIn(directory: string): Promise<unknown> {
  // The private key first: a public one without it would seal secrets that nobody can open.
  const stored =
    readKept(path.join(directory, FILES.secretRecipientPrivateKey)) ?? (await makePrivateKey(directory));
  const { d: _private, ...publicJwk } = contentOf(FILES.secretRecipientPrivateKey, stored, jsonText) as {
    d?: string;
  };
  const ours = { keys: [publicJwk] };
  const recipients = readOrMake(directory, FILES.secretRecipients, () => `${JSON.stringify(ours)}\n`);
  return contentOf(FILES.secretRecipients, recipients, jsonText);
}

/**
 * What a key file says.
 *
 * @throws ConfigurationError the file's name and what it should hold, never what it holds
 */
function contentOf<T>(file: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof Expected)) throw error;
    throw new ConfigurationError([`ROLLBOOK_DATA_DIR: ${file} is damaged, ${error.message}`]);
  }
}

async function makePrivateKey(directory: string): Promise<string> {
  const { privateJwk } = await generateRecipient();
  return readOrMake(directory, FILES.secretRecipientPrivateKey, () => `${JSON.stringify(privateJwk)}\n`);
}

/** Reads a file, or writes it first: whole and durable, or not at all, and for its owner only. */
function readOrMake(directory: string, name: string, content: () => string): string {
  const file = path.join(directory, name);
  const kept = readKept(file);
  if (kept !== null) return kept;
  const text = content();
  const next = `${file}.new`;
  // A killed start may have left one. Made anew and never opened: neither its mode nor where a link leads counts.
  rmSync(next, { force: true });
  const handle = openSync(next, 'wx', 0o600);
  writeFileSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(next, file);
  syncDirectory(directory);
  return text;
}

/** The file's text; null when there is none. */
function readKept(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    // It may have been copied or restored with a mode for everybody.
    chmodSync(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}

/** A rename is durable once its directory is. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
