/**
 * Why a document was not fetched, with the sentence a client may read (H15: ASCII, no quotes). The sentences say what
 * the operator of the document can change, and nothing about what our side saw: no address, no port, no library text.
 */
export const OUTBOUND_REASONS = {
  scheme: 'the URL must be an https URL without user information',
  address: 'the host must have public internet addresses only',
  network: 'the host could not be reached over verified TLS',
  busy: 'too many documents are being fetched; try again',
  timeout: 'the whole document did not arrive in time',
  redirect: 'the server answered with a redirect, and redirects are not followed',
  status: 'the server must answer with status 200',
  media_type:
    'the document must be sent as application/json or a type ending in +json, without content encoding',
  too_large: 'the document is too large',
  not_json: 'the document is not valid JSON in UTF-8',
} as const;

export type OutboundReason = keyof typeof OUTBOUND_REASONS;

/** A fetch that gave no document. `message` is fit for a client; `cause` is for the log only. */
export class OutboundError extends Error {
  readonly reason: OutboundReason;

  constructor(reason: OutboundReason, cause?: unknown) {
    super(OUTBOUND_REASONS[reason], cause === undefined ? undefined : { cause });
    this.name = 'OutboundError';
    this.reason = reason;
  }
}
