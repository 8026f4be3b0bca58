import {
  ConfigurationError,
  type EMBEDDED_VARIABLES,
  type MongodbAddress,
  type NamedToken,
  type Values,
} from '@rollbook/platform';
import type { RegistrationApiConfig } from './parts.js';

/** Variables that every way to run reads alike. */
type Shared = Pick<
  Values<typeof EMBEDDED_VARIABLES>,
  | 'corsOrigins'
  | 'trustedProxies'
  | 'rateLimitPerMinute'
  | 'secretLifetimeSeconds'
  | 'secretOverlapSeconds'
  | 'registrationAccessTokenRotation'
>;

/** What the configuration says about answering requests. */
export function registrationApiConfig(
  shared: Shared,
  own: {
    publicUrl: string;
    adminTokens: readonly NamedToken[];
    auditorTokens: readonly NamedToken[];
  },
): RegistrationApiConfig {
  return {
    publicUrl: own.publicUrl,
    adminTokens: own.adminTokens,
    auditorTokens: own.auditorTokens,
    corsOrigins: shared.corsOrigins,
    trustedProxies: shared.trustedProxies,
    rateLimitPerMinute: shared.rateLimitPerMinute,
    secretLifetimeSeconds: shared.secretLifetimeSeconds,
    secretOverlapSeconds: shared.secretOverlapSeconds,
    registrationAccessTokenRotation: shared.registrationAccessTokenRotation,
  };
}

/**
 * Whether the driver can do anything with the connection string: without this, a typing error would look like a server
 * that does not answer, and be waited for.
 *
 * @throws ConfigurationError
 */
export async function requireMongodbUrl({ url }: MongodbAddress): Promise<void> {
  const { MongoClient } = await import('mongodb');
  try {
    await new MongoClient(url).close();
  } catch (error) {
    // The driver's sentence may quote the connection string, so only its kind is said.
    const kind = error instanceof Error ? error.name : 'unknown';
    throw new ConfigurationError([
      `ROLLBOOK_MONGODB_URL: expected a connection string that the driver of MongoDB understands (${kind})`,
    ]);
  }
}
