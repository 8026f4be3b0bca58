/** What the clients model reads of an event. Everything that the registration library records satisfies it. */
type Fact<Type extends string, Data> = {
  type: Type;
  streamId: string;
  streamVersion: number;
  recordedAt: string;
  policyVersion: string;
  data: Data;
};
type Secret = { secretId: string; issuedAt: string; client_secret_expires_at: number };
type Metadata = { readonly [member: string]: unknown };

export type ClientEvent =
  | Fact<
      'ClientRegistered',
      { client_id: string; client_id_issued_at: number; metadata: Metadata; secret: Secret | null }
    >
  | Fact<'ClientUpdated', { metadata: Metadata }>
  | Fact<'SecretIssued', { secret: Secret }>
  | Fact<'SecretRotated', { secret: Secret; previous: { secretId: string; validUntil: string } }>
  | Fact<'SecretRevoked', { secretId: string }>
  | Fact<'RegistrationAccessTokenRotated', object>
  | Fact<'ClientSuspended' | 'ClientReinstated' | 'ClientDeleted', { reason: string }>;
