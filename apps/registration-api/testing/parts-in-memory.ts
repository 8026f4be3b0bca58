import { bufferedRandom } from '@rollbook/credentials';
import { memoryEventLog } from '@rollbook/event-log';
import { memoryKeyStore } from '@rollbook-testing/personal-data';
import { createRegistry, HealthRegistry, silentLogger, systemClock } from '@rollbook/platform';
import { effectivePolicy } from '@rollbook/policy';
import type { RegistrationApiConfig, RegistrationApiParts } from '../src/parts.js';

/** What the command handlers stand on, without files, threads and network. */
export function partsInMemory(different: Partial<RegistrationApiParts> = {}): RegistrationApiParts {
  const config: Partial<RegistrationApiConfig> = {
    secretLifetimeSeconds: 0,
    secretOverlapSeconds: 60,
    registrationAccessTokenRotation: 'never',
  };
  const parts: Partial<RegistrationApiParts> = {
    policy: effectivePolicy({ file: null, profile: 'rfc7591' }),
    config: config as RegistrationApiConfig,
    log: memoryEventLog(),
    keys: memoryKeyStore(),
    recipients: null,
    publishing: null,
    logger: silentLogger(),
    metrics: createRegistry(),
    health: new HealthRegistry(),
    clock: systemClock,
    random: bufferedRandom(),
    ...different,
  };
  return parts as RegistrationApiParts;
}
