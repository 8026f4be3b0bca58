import type { ClientCursor } from '@rollbook/read-models';
import { inputRefused } from '../input/read-input.js';

/** base64url of the sort key as JSON: opaque to callers, readable to whoever has to look into one. */
export function encodeCursor({ client_id_issued_at, client_id }: ClientCursor): string {
  return Buffer.from(JSON.stringify({ client_id_issued_at, client_id }), 'utf8').toString('base64url');
}

/**
 * @param cursor `next` of an earlier page
 * @throws RegistrationError `invalid_request` for anything that {@link encodeCursor} did not write
 */
export function decodeCursor(cursor: string): ClientCursor {
  const key = parsed(Buffer.from(cursor, 'base64url').toString('utf8'));
  // Comparing what it would be written as refuses foreign alphabets, padding, further members and wrong types at once.
  if (key === null || encodeCursor(key) !== cursor) {
    throw inputRefused('cursor', 'cursor', 'cursor must be the next of an earlier page, as it was given');
  }
  return key;
}

function parsed(json: string): ClientCursor | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { client_id_issued_at, client_id } = value as Partial<Record<keyof ClientCursor, unknown>>;
  const typed = Number.isSafeInteger(client_id_issued_at) && typeof client_id === 'string';
  return typed ? { client_id_issued_at: client_id_issued_at as number, client_id } : null;
}
