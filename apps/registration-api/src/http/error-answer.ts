import { EventTooLarge, LogUnavailable, StreamFull, VersionConflict } from '@rollbook/event-log';
import { KeyStoreUnavailable } from '@rollbook/personal-data';
import { ReadModelsUnavailable } from '@rollbook/read-models';
import { type RefusalName, REFUSALS, RegistrationError, type Violation } from '@rollbook/protocol';
import { UnknownEvent } from '@rollbook/registration';

/** An error answer, ready to be sent. */
export type ErrorAnswer = {
  refusal: RefusalName;
  status: number;
  headers: Record<string, string>;
  body: { error: string; error_description: string; violations?: readonly Violation[] };
};

export const REALM = 'rollbook';
/** When nothing better is known, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/** @returns the one answer for a refusal, from its row of REFUSALS */
export function errorAnswer(error: RegistrationError): ErrorAnswer {
  const row: {
    error: string;
    status: number;
    challenge?: 'bare' | 'error';
    retry?: true;
    codings?: string;
  } = REFUSALS[error.refusal];
  const headers: Record<string, string> = {};
  if (row.challenge === 'bare') headers['www-authenticate'] = `Bearer realm="${REALM}"`;
  if (row.challenge === 'error')
    headers['www-authenticate'] = `Bearer realm="${REALM}", error="${row.error}"`;
  if (row.retry) headers['retry-after'] = String(error.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  if (row.codings !== undefined) headers['accept-encoding'] = row.codings;
  return {
    refusal: error.refusal,
    status: row.status,
    headers,
    body: {
      error: row.error,
      error_description: describable(error.message),
      ...(error.violations.length === 0 ? {} : { violations: error.violations }),
    },
  };
}

/** H15: U+0020–U+007E without the quotation mark and the backslash (RFC 6749 §5.2). */
export function describable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .replaceAll('"', "'")
    .replaceAll('\\', '/');
}

/** Failures of what the service stands on, as the caller may see them. */
const OUTAGES: readonly { is: (error: unknown) => boolean; refusal: RefusalName; says: string }[] = [
  {
    is: (e) => e instanceof StreamFull,
    refusal: 'too_many_requests',
    says: 'this client has been changed too often',
  },
  {
    is: (e) => e instanceof EventTooLarge,
    refusal: 'body_too_large',
    says: 'the client metadata are too large',
  },
  {
    is: (e) => e instanceof LogUnavailable,
    refusal: 'unavailable',
    says: 'the change could not be stored; try again',
  },
  {
    is: (e) => e instanceof VersionConflict,
    refusal: 'unavailable',
    says: 'the client is being changed; try again',
  },
  {
    is: (e) => e instanceof KeyStoreUnavailable,
    refusal: 'unavailable',
    says: 'the key store is not available; try again',
  },
  {
    is: (e) => e instanceof ReadModelsUnavailable,
    refusal: 'unavailable',
    says: 'lists are being rebuilt; try again',
  },
  {
    is: (e) => e instanceof UnknownEvent,
    refusal: 'unavailable',
    says: 'this client has a change of a later release; it can be read after the upgrade',
  },
];

/** Whether something that the service stands on does not answer for now: no defect, and no refusal of the caller. */
export const isOutage = (error: unknown): boolean =>
  OUTAGES.some(({ is, refusal }) => refusal === 'unavailable' && is(error));

/** What Fastify and Nest refuse by themselves, by status. */
const FRAMEWORK: Readonly<Record<number, { refusal: RefusalName; says: string }>> = {
  400: { refusal: 'invalid_request', says: 'the request is malformed' },
  404: { refusal: 'not_found', says: 'there is nothing at this path' },
  405: { refusal: 'method_not_allowed', says: 'this method is not supported here' },
  408: { refusal: 'invalid_request', says: 'the request came too slowly' },
  413: { refusal: 'body_too_large', says: 'the body is larger than 64 KiB' },
  414: { refusal: 'invalid_request', says: 'the URL is too long' },
  415: { refusal: 'unsupported_media_type', says: 'the Content-Type must be application/json' },
  431: { refusal: 'invalid_request', says: 'the header fields are too large' },
};

/**
 * Whatever was thrown, as a refusal. Anything unknown is a defect of ours: 500 with a fixed text and the request's id.
 */
export function asRefusal(error: unknown, requestId: string): RegistrationError {
  if (error instanceof RegistrationError) return error;
  const outage = OUTAGES.find(({ is }) => is(error));
  if (outage !== undefined) {
    const retryAfterSeconds = (error as { retryAfterSeconds?: number }).retryAfterSeconds;
    return new RegistrationError(outage.refusal, outage.says, {
      cause: error,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }
  const known = FRAMEWORK[statusOf(error)];
  if (known !== undefined) return new RegistrationError(known.refusal, known.says, { cause: error });
  if (statusOf(error) >= 400 && statusOf(error) < 500) {
    return new RegistrationError('invalid_request', 'the request is malformed', { cause: error });
  }
  return new RegistrationError('server_error', `unexpected failure; request id ${requestId}`, {
    cause: error,
  });
}

/** Errors of Fastify have `statusCode`, exceptions of Nest have `getStatus()`. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  if ('getStatus' in error && typeof error.getStatus === 'function') return Number(error.getStatus());
  return 'statusCode' in error ? Number(error.statusCode) : 500;
}
