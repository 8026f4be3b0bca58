/**
 * Every refusal the service can give, in one table: the code a client reads, the HTTP status it comes with, and where
 * that is said. Status codes appear nowhere else.
 */
type Refusal = {
  /** `error` of the answer. */
  error: string;
  status: number;
  /** `WWW-Authenticate` challenge: `bare` has no `error` attribute (RFC 6750 §3.1, no credential was sent). */
  challenge?: 'bare' | 'error';
  /** The answer carries `Retry-After`. */
  retry?: true;
  /** `Accept-Encoding`: the content codings that would have been read (RFC 9110 §12.5.3). */
  codings?: string;
  source: string;
};

export const REFUSALS = {
  invalid_redirect_uri: { error: 'invalid_redirect_uri', status: 400, source: 'RFC 7591 §3.2.2' },
  invalid_client_metadata: { error: 'invalid_client_metadata', status: 400, source: 'RFC 7591 §3.2.2' },
  invalid_software_statement: { error: 'invalid_software_statement', status: 400, source: 'RFC 7591 §3.2.2' },
  unapproved_software_statement: {
    error: 'unapproved_software_statement',
    status: 400,
    source: 'RFC 7591 §3.2.2',
  },
  unsupported_media_type: { error: 'invalid_client_metadata', status: 415, source: 'RFC 9110 §15.5.16' },
  unsupported_content_coding: {
    error: 'invalid_client_metadata',
    status: 415,
    codings: 'identity',
    source: 'RFC 9110 §12.5.3',
  },
  body_too_large: { error: 'invalid_client_metadata', status: 413, source: 'RFC 9110 §15.5.14' },
  credentials_missing: {
    error: 'invalid_token',
    status: 401,
    challenge: 'bare',
    source: 'RFC 6750 §3.1',
  },
  invalid_token: { error: 'invalid_token', status: 401, challenge: 'error', source: 'RFC 6750 §3.1' },
  insufficient_scope: {
    error: 'insufficient_scope',
    status: 403,
    challenge: 'error',
    source: 'RFC 6750 §3.1',
  },
  access_denied: { error: 'access_denied', status: 403, source: 'RFC 7592 §2.1' },
  invalid_request: { error: 'invalid_request', status: 400, source: 'RFC 6749 §5.2' },
  not_found: { error: 'not_found', status: 404, source: 'RFC 9110 §15.5.5' },
  method_not_allowed: { error: 'invalid_request', status: 405, source: 'RFC 9110 §15.5.6' },
  conflict: { error: 'conflict', status: 409, source: 'RFC 9110 §15.5.10' },
  too_many_requests: {
    error: 'temporarily_unavailable',
    status: 429,
    retry: true,
    source: 'RFC 6585 §4',
  },
  unavailable: { error: 'temporarily_unavailable', status: 503, retry: true, source: 'RFC 9110 §15.6.4' },
  server_error: { error: 'server_error', status: 500, source: 'RFC 6749 §4.1.2.1' },
} as const satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof REFUSALS;

/** One broken rule: the members it names, the rule's id, the section it comes from, and what to change. */
export type Violation = { members: string[]; rule: string; section: string; message: string };

/** A refusal on its way to the caller. Anything else that is thrown is a defect or an outage. */
export class RegistrationError extends Error {
  readonly refusal: RefusalName;
  readonly violations: readonly Violation[];
  /** Seconds after which a retry makes sense; only for refusals with `retry`. */
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param refusal row of {@link REFUSALS}
   * @param message `error_description`: names the member and what to change; never a secret, never the input
   */
  constructor(
    refusal: RefusalName,
    message: string,
    options: { violations?: readonly Violation[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RegistrationError';
    this.refusal = refusal;
    this.violations = options.violations ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The four codes that validation can give (RFC 7591 §3.2.2); each is also the name of its row in {@link REFUSALS}. */
export type MetadataErrorCode =
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_software_statement'
  | 'unapproved_software_statement';
