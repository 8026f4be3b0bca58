import type { ClientEvent } from '@rollbook/registration';
import type { ClientDocument, SecretSummary } from './document.js';

export type Positioned = ClientEvent & { position: number };
type Reducers = {
  [Type in ClientEvent['type']]: (
    client: ClientDocument,
    event: Extract<Positioned, { type: Type }>,
  ) => Partial<ClientDocument>;
};

const summary = (secret: Omit<SecretSummary, 'validUntil'>): SecretSummary => ({
  secretId: secret.secretId,
  issuedAt: secret.issuedAt,
  client_secret_expires_at: secret.client_secret_expires_at,
  validUntil: null,
});

/** What each event changes. A registration starts the document, so its row is not here but in `registered`. */
const REDUCERS: Omit<Reducers, 'ClientRegistered'> = {
  ClientUpdated: (_client, { data }) => ({ metadata: data.metadata }),
  SecretIssued: (_client, { data }) => ({ secrets: [summary(data.secret)] }),
  // At most two live secrets: a third ends the oldest (design §5).
  SecretRotated: (client, { data }) => ({
    secrets: [
      ...client.secrets
        .filter(({ secretId }) => secretId === data.previous.secretId)
        .map((secret) => ({ ...secret, validUntil: data.previous.validUntil })),
      summary(data.secret),
    ],
  }),
  SecretRevoked: (client, { data }) => ({
    secrets: client.secrets.filter(({ secretId }) => secretId !== data.secretId),
  }),
  // Tokens are not part of the model; the document still takes note of the event's version.
  RegistrationAccessTokenRotated: () => ({}),
  ClientSuspended: () => ({ status: 'suspended' }),
  ClientReinstated: () => ({ status: 'active' }),
  // The document stays, so that operators find what was deleted; its credentials are over.
  ClientDeleted: () => ({ status: 'deleted', secrets: [] }),
};

function registered(event: Extract<Positioned, { type: 'ClientRegistered' }>): ClientDocument {
  const { data } = event;
  return {
    client_id: data.client_id,
    client_id_issued_at: data.client_id_issued_at,
    status: 'active',
    metadata: data.metadata,
    secrets: data.secret === null ? [] : [summary(data.secret)],
    registeredAt: event.recordedAt,
    updatedAt: event.recordedAt,
    streamVersion: event.streamVersion,
    position: event.position,
    policyVersion: event.policyVersion,
  };
}

/**
 * The document after one more event of its client, from the document before it (`null`: not yet registered). Pure;
 * neither argument is changed. The caller gives events in the order of their versions, each once (design §6).
 * Throws when the event can't follow: a second registration, or anything else before the first.
 */
export function project(document: ClientDocument | null, event: Positioned): ClientDocument | null {
  if (event.type === 'ClientRegistered') {
    if (document !== null) throw new Error('ClientRegistered for a client that exists');
    return registered(event);
  }
  if (document === null) throw new Error(`${event.type} for a client that was never registered`);
  const reduce = REDUCERS[event.type] as (
    client: ClientDocument,
    event: Positioned,
  ) => Partial<ClientDocument>;
  return {
    ...document,
    ...reduce(document, event),
    updatedAt: event.recordedAt,
    streamVersion: event.streamVersion,
    position: event.position,
    policyVersion: event.policyVersion,
  };
}
