import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CommandFailed } from './exit-codes.js';
import type { Run } from './run.js';
import type { Terminal } from './terminal.js';
import { tokenFrom } from './service.js';

/** What of a client information response (RFC 7591 §3.2.1) the client commands need again. */
export type SavedClient = Record<string, unknown> & {
  client_id: string;
  registration_access_token: string;
  registration_client_uri: string;
};

/** Writes an answer with its secrets to a file that only its owner can read (0600), whole and durable or not at all. */
function saveClient(file: string, answer: unknown): void {
  const next = `${file}.${process.pid}.tmp`;
  try {
    const handle = openSync(next, 'wx', 0o600);
    writeFileSync(handle, `${JSON.stringify(answer, null, 2)}\n`);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(next, file);
  } catch (cause) {
    rmSync(next, { force: true });
    throw new CommandFailed('usage', `${file} cannot be written`, { cause });
  }
}

/**
 * Prints an answer, and first saves it, or what `saved` says, where a file is named. Also prints it when the file cannot
 * be written: what is shown once would be lost.
 */
export async function saveAndPrint(
  run: Pick<Run, 'print'>,
  file: string | undefined,
  answer: unknown,
  saved: unknown = answer,
): Promise<void> {
  try {
    if (file !== undefined) saveClient(file, saved);
  } finally {
    await run.print(answer);
  }
}

/**
 * After an answer without a fresh secret (RFC 7592 §2.1, §2.2), the saved one is still the client's.
 *
 * @returns the newer answer, with the credentials of the older one that it does not replace
 */
export function mergeSaved(older: SavedClient, answer: Record<string, unknown>): Record<string, unknown> {
  const { client_secret, client_secret_expires_at } = older;
  return client_secret === undefined ? answer : { client_secret, client_secret_expires_at, ...answer };
}

/** Where a client's own commands go, and the registration access token they carry. */
export type ClientAccess = { path: string; client_id: string; token: string; saved: SavedClient | null };

/**
 * The client that a command is about: the file of an earlier `--save`, or a `client_id` with its registration access
 * token in `ROLLBOOK_TOKEN`.
 */
export function clientAccess(
  terminal: Terminal,
  clientId: string | undefined,
  file: string | undefined,
): ClientAccess {
  if (file !== undefined) {
    const saved = readSaved(file);
    if (clientId !== undefined && clientId !== saved.client_id) {
      throw new CommandFailed('usage', `${file} is about another client than the one named`);
    }
    return {
      path: saved.registration_client_uri,
      client_id: saved.client_id,
      token: saved.registration_access_token,
      saved,
    };
  }
  if (clientId === undefined) throw new CommandFailed('usage', 'name a client_id, or --client FILE');
  return {
    path: `/connect/register?client_id=${encodeURIComponent(clientId)}`,
    client_id: clientId,
    token: tokenFrom(terminal.env),
    saved: null,
  };
}

function readSaved(file: string): SavedClient {
  let saved: unknown;
  try {
    saved = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CommandFailed('usage', `${file} cannot be read, or is not JSON`, { cause });
  }
  for (const member of ['client_id', 'registration_access_token', 'registration_client_uri']) {
    if (typeof (saved as Record<string, unknown> | null)?.[member] !== 'string') {
      throw new CommandFailed('usage', `${file} has no ${member}; it is not a saved registration`);
    }
  }
  return saved as SavedClient;
}
