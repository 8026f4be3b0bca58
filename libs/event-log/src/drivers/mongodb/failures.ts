import { MongoBulkWriteError, MongoError, MongoServerError } from 'mongodb';
import { LogUnavailable } from '../../refusals.js';
import { isNetworkFailure } from './network-failure.js';

/** No space left (MongoDB's error codes). */
const OUT_OF_DISK_SPACE = 14031;
/** Authentication failed, not authorised: no waiting mends them, so those who wait must be able to tell. */
const CREDENTIALS_REFUSED: readonly unknown[] = [18, 13];

/**
 * An error of the driver, said without what it was about: its message may quote documents, and its fields hold them.
 * A server that cannot be reached is named by the driver with host and port only.
 */
export function failureOf(error: unknown): { because: string; full: boolean } {
  if (error instanceof MongoBulkWriteError && error.writeErrors !== undefined) {
    const [first] = [error.writeErrors].flat();
    if (first !== undefined)
      return { because: `write error ${first.code}`, full: first.code === OUT_OF_DISK_SPACE };
  }
  // Around an error of the connection, whose class is lost there.
  if (error instanceof MongoBulkWriteError && error.code === undefined)
    return { because: 'no answer', full: false };
  if (error instanceof MongoServerError) {
    const name = error.codeName === undefined ? '' : ` (${error.codeName})`;
    const code = error.code === undefined ? 'an error without a code' : `error ${String(error.code)}`;
    return { because: `${code}${name}`, full: error.code === OUT_OF_DISK_SPACE };
  }
  if (error instanceof MongoError) return { because: `${error.name}: ${error.message}`, full: false };
  if (isNetworkFailure(error)) return { because: `connection: ${String(error.code)}`, full: false };
  return { because: error instanceof Error ? error.name : 'an unknown failure', full: false };
}

/** The log's own word for an error of the driver or of its connection; anything else is a defect and stays what it is. */
export function readFailure(error: unknown, doing: string): unknown {
  if (!(error instanceof MongoError) && !isNetworkFailure(error)) return error;
  const { because, full } = failureOf(error);
  // No other error is handed on as the cause: it may hold documents.
  const refused = error instanceof MongoServerError && CREDENTIALS_REFUSED.includes(error.code);
  const cause = refused ? Object.assign(new Error(because), { code: error.code }) : undefined;
  return new LogUnavailable(full ? 'full' : 'storage', `MongoDB: ${doing}: ${because}`, { cause });
}
