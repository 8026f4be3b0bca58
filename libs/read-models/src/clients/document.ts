import type { EventData } from '@rollbook/registration';

/** A secret as lists show it: never the secret, never its digest. Instants as in the events. */
export type SecretSummary = {
  secretId: string;
  issuedAt: string;
  /** Seconds since the epoch; 0 = never. */
  client_secret_expires_at: number;
  /** RFC 3339: the end of the overlap after a rotation; null for the current secret. */
  validUntil: string | null;
};

/** One client in the clients model, as stored and as listed. Personal members are never part of it (design §3). */
export type ClientDocument = {
  client_id: string;
  /** Seconds since the epoch. */
  client_id_issued_at: number;
  status: 'active' | 'suspended' | 'deleted';
  metadata: EventData<'ClientRegistered'>['metadata'];
  /** Oldest first. */
  secrets: SecretSummary[];
  /** `recordedAt` of the registration and of the last event, RFC 3339. */
  registeredAt: string;
  updatedAt: string;
  /** Version of the client's stream, and position in the log, of the last event in this document. */
  streamVersion: number;
  position: number;
  /** The policy under which the last event was accepted. */
  policyVersion: string;
};
