import type { ClientMetadata } from '@rollbook/client-metadata';
import type { LiveSecret } from '@rollbook/credentials';
import type { Personal } from '@rollbook/personal-data';

/** A registration access token as the log knows it; `validUntil` ends a grace window, null = no end. */
export type RegistrationAccessTokenRecord = { digest: string; validUntil: string | null };

/** One client, folded from its stream. Whether a secret or token still counts is a question asked with a time. */
export type ClientState = {
  status: 'absent' | 'active' | 'suspended' | 'deleted';
  /** Version of the last event folded; 0 = none. */
  streamVersion: number;
  recordedAt: string | null;
  client_id: string;
  client_id_issued_at: number;
  /** Without personal members. */
  metadata: ClientMetadata;
  /** Personal facts of the newest whole record; decrypted, its `metadata` is absent when no member is personal. */
  personal: { eventId: string; personal: Personal } | null;
  /** The client's own key for personal facts, once an event has used one. */
  kid: string | null;
  /** At most two, newest last; one that is expired or past its overlap may still be listed. */
  secrets: LiveSecret[];
  /** Newest last. */
  registrationAccessTokens: RegistrationAccessTokenRecord[];
};

/** The state of a client that was never registered. */
export function initialState(): ClientState {
  return {
    status: 'absent',
    streamVersion: 0,
    recordedAt: null,
    client_id: '',
    client_id_issued_at: 0,
    metadata: {},
    personal: null,
    kid: null,
    secrets: [],
    registrationAccessTokens: [],
  };
}

/**
 * The registration access tokens that are accepted at `now` (RFC 7592 §5): none for an unknown or deleted client;
 * a suspended one keeps them, so that it can be told 403 instead of 401.
 */
export function liveRegistrationAccessTokens(state: ClientState, now: Date): RegistrationAccessTokenRecord[] {
  const at = now.toISOString();
  return state.registrationAccessTokens.filter(({ validUntil }) => validUntil === null || validUntil > at);
}
