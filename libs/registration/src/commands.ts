import type { ClientMetadata, PersonalMetadata } from '@rollbook/client-metadata';
import type { SecretRecord } from '@rollbook/credentials';

/** Where a request came from; personal, so it is encrypted with the command's first event. */
export type Origin = { ip?: string; userAgent?: string };

/** Every command carries its time (RFC 3339, as `toISOString` writes it) and whatever was drawn at random: deciding is pure. */
type Asked<Type extends string, Rest> = { type: Type; now: string; origin: Origin } & Rest;
/** Who asks: a client for itself with its registration access token, or an operator. */
type ByEither = { by: 'client' | 'operator' };

export type RegisterClient = Asked<
  'RegisterClient',
  {
    client_id: string;
    /** Whole and validated, personal members included. */
    metadata: ClientMetadata;
    registrationAccessTokenDigest: string;
    /** Exactly when `secretNeed(metadata)` is not `none`. */
    secret: SecretRecord | null;
  }
>;

/** By the client itself (RFC 7592 §2.2). */
export type UpdateClient = Asked<
  'UpdateClient',
  {
    /** Whole and validated, personal members included. */
    metadata: ClientMetadata;
    /** The personal members of the present record, decrypted; null when it has none. */
    currentPersonalMetadata: PersonalMetadata | null;
    /** A fresh one, exactly when `secretAfterUpdate` says that one is issued. */
    secret: SecretRecord | null;
    /** A fresh one where updates rotate it (spec 2.19); it is used only when something changes. */
    registrationAccessToken: { digest: string; previousValidUntil: string | null } | null;
  }
>;

export type RotateSecret = Asked<'RotateSecret', ByEither & { secret: SecretRecord; overlapSeconds: number }>;

/** By an operator, for a client that lost its token. `previousValidUntil` null ends every earlier one at once. */
export type RotateRegistrationAccessToken = Asked<
  'RotateRegistrationAccessToken',
  { digest: string; previousValidUntil: string | null }
>;
export type SuspendClient = Asked<'SuspendClient', { reason: string | null }>;
export type ReinstateClient = Asked<'ReinstateClient', { reason: string | null }>;
export type DeleteClient = Asked<'DeleteClient', ByEither & { reason: string | null }>;

export type Command =
  | RegisterClient
  | UpdateClient
  | RotateSecret
  | RotateRegistrationAccessToken
  | SuspendClient
  | ReinstateClient
  | DeleteClient;
