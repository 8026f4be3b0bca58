import type { ClientMetadata } from '@rollbook/client-metadata';
import type { ClientState, PersonalFacts } from '@rollbook/registration';

/** What can be said of a secret without its digest: enough to see which one is meant and how long it lives. */
export type ShownSecret = {
  secretId: string;
  issuedAt: string;
  client_secret_expires_at: number;
  validUntil: string | null;
};

/** A client as operators and auditors see it: no digest of a secret or token, sealed secrets neither. */
export type ShownClient = {
  client_id: string;
  client_id_issued_at: number;
  status: 'active' | 'suspended' | 'deleted';
  metadata: ClientMetadata;
  /** `unreadable`: `metadata` may lack personal members, because their key was erased. */
  personalData: PersonalDataState;
  secrets: ShownSecret[];
  streamVersion: number;
  /** Position of the client's last event that is counted in here. */
  position: number;
  recordedAt: string;
};

/** The same for an operator who asks how far it has come: published once its `position` is not above this one. */
export type ShownClientAndPublished = ShownClient & {
  /** Everything up to this position is on Kafka. Absent in the embedded service, where nothing is published. */
  publishedPosition?: number;
};

export type PersonalDataState = 'none' | 'readable' | 'unreadable';

/**
 * @param facts what was sealed with the newest whole record, decrypted; null when nothing was, or its key is gone
 * @param position of the last event in `state`
 * @returns null for a client that does not exist
 */
export function shownClient(
  state: ClientState,
  facts: PersonalFacts | null,
  position: number,
): ShownClient | null {
  const { status, recordedAt } = state;
  if (status === 'absent' || recordedAt === null) return null;
  return {
    client_id: state.client_id,
    client_id_issued_at: state.client_id_issued_at,
    status,
    metadata: { ...state.metadata, ...facts?.metadata },
    personalData: personalDataState(state, facts),
    secrets: shownSecrets(state),
    streamVersion: state.streamVersion,
    position,
    recordedAt,
  };
}

function personalDataState(state: ClientState, facts: PersonalFacts | null): PersonalDataState {
  if (state.personal === null) return 'none';
  return facts === null ? 'unreadable' : 'readable';
}

/** Named one by one, so that a member that a secret gets later is not shown by accident. */
const shownSecrets = (state: ClientState): ShownSecret[] =>
  state.secrets.map(({ secretId, issuedAt, client_secret_expires_at, validUntil }) => ({
    secretId,
    issuedAt,
    client_secret_expires_at,
    validUntil,
  }));
