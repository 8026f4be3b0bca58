/**
 * Stored events for suites about read models: texts as the log holds them, so that a suite also controls what no
 * decider would ever write.
 */
export type TextParts = {
  type: string;
  client_id: string;
  streamVersion: number;
  data: object;
  schemaVersion?: number;
  /** RFC 3339. */
  recordedAt?: string;
  policyVersion?: string;
};

let lastEvent = 0;

/** The stored text of one event; each call gives another `eventId`. */
export function eventText(parts: TextParts): string {
  lastEvent += 1;
  return JSON.stringify({
    eventId: `01930000-0000-7000-8000-${String(lastEvent).padStart(12, '0')}`,
    type: parts.type,
    schemaVersion: parts.schemaVersion ?? 1,
    streamId: `client-${parts.client_id}`,
    streamVersion: parts.streamVersion,
    recordedAt: parts.recordedAt ?? '2026-11-01T10:00:00.000Z',
    correlationId: 'test',
    causationId: null,
    actor: { kind: 'anonymous', ref: null },
    policyVersion: parts.policyVersion ?? '0123456789abcdef',
    data: parts.data,
    personal: null,
  });
}

export const SECRET = {
  secretId: 's-1',
  digest: 'Qp3sLx6fVn0bZr8kTd1yHuJgCw5mEoAi9vRtKzXcB2E',
  issuedAt: '2026-11-01T10:00:00.000Z',
  client_secret_expires_at: 0,
};

export const METADATA = {
  client_name: 'My Example Application',
  redirect_uris: ['https://example.com/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  application_type: 'web',
};

/** `data` of a registration. */
export const registration = (
  client_id: string,
  metadata: object = {},
  client_id_issued_at = 1_793_000_000,
) => ({
  client_id,
  client_id_issued_at,
  metadata: { ...METADATA, ...metadata },
  registrationAccessToken: { digest: SECRET.digest },
  secret: SECRET,
});

/** The text of a registration. */
export const registrationText = (
  client_id: string,
  metadata: object = {},
  client_id_issued_at?: number,
): string =>
  eventText({
    type: 'ClientRegistered',
    client_id,
    streamVersion: 1,
    data: registration(client_id, metadata, client_id_issued_at),
  });
