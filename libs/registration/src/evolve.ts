import type { ClientEvent } from './events.js';
import { type ClientState, initialState } from './state.js';

/** The state after one more event of the client's stream. Pure and total; `state` is not changed. */
export function evolve(state: ClientState, event: ClientEvent): ClientState {
  return {
    ...state,
    ...changes(state, event),
    streamVersion: event.streamVersion,
    recordedAt: event.recordedAt,
    kid: event.personal?.kid ?? state.kid,
  };
}

function changes(state: ClientState, event: ClientEvent): Partial<ClientState> {
  switch (event.type) {
    case 'ClientRegistered': {
      const { client_id, client_id_issued_at, metadata, registrationAccessToken, secret } = event.data;
      return {
        status: 'active',
        client_id,
        client_id_issued_at,
        metadata,
        personal: personalOf(event),
        secrets: secret === null ? [] : [{ ...secret, validUntil: null }],
        registrationAccessTokens: [{ digest: registrationAccessToken.digest, validUntil: null }],
      };
    }
    case 'ClientUpdated':
      // The whole record is replaced (RFC 7592 §2.2), its personal members included.
      return { metadata: event.data.metadata, personal: personalOf(event) };
    case 'SecretIssued':
      return { secrets: [{ ...event.data.secret, validUntil: null }] };
    case 'SecretRotated': {
      const { secret, previous } = event.data;
      const overlapping = state.secrets.filter(({ secretId }) => secretId === previous.secretId);
      return {
        secrets: [
          ...overlapping.map((old) => ({ ...old, validUntil: previous.validUntil })),
          { ...secret, validUntil: null },
        ],
      };
    }
    case 'SecretRevoked':
      return { secrets: state.secrets.filter(({ secretId }) => secretId !== event.data.secretId) };
    case 'RegistrationAccessTokenRotated':
      return { registrationAccessTokens: rotatedTokens(state, event) };
    case 'ClientSuspended':
      return { status: 'suspended' };
    case 'ClientReinstated':
      return { status: 'active' };
    case 'ClientDeleted':
      return { status: 'deleted', secrets: [], registrationAccessTokens: [] };
    default: {
      const never: never = event;
      return never;
    }
  }
}

const personalOf = ({ eventId, personal }: ClientEvent) => (personal === null ? null : { eventId, personal });

function rotatedTokens(
  state: ClientState,
  { data, recordedAt }: Extract<ClientEvent, { type: 'RegistrationAccessTokenRotated' }>,
): ClientState['registrationAccessTokens'] {
  const { digest, previousValidUntil } = data;
  const next = { digest, validUntil: null };
  if (previousValidUntil === null) return [next];
  const inGrace = state.registrationAccessTokens
    // A token that is already in its grace window keeps its own, earlier end.
    .map((token) => ({ ...token, validUntil: token.validUntil ?? previousValidUntil }))
    .filter((token) => token.validUntil > recordedAt);
  return [...inGrace, next];
}

/** Folds events of one stream, in order, onto `state`. */
export function fold(events: Iterable<ClientEvent>, state: ClientState = initialState()): ClientState {
  let folded = state;
  for (const event of events) folded = evolve(folded, event);
  return folded;
}

/**
 * The client as of a time: the longest prefix of its stream with `recordedAt` ≤ `time` (design §3). As of a position,
 * fold the events up to it.
 *
 * @param events the stream from its start
 */
export function stateAsOf(events: Iterable<ClientEvent>, time: Date): ClientState {
  const until = time.toISOString();
  let folded = initialState();
  for (const event of events) {
    if (event.recordedAt > until) break;
    folded = evolve(folded, event);
  }
  return folded;
}
