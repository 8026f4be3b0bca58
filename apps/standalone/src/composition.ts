import path from 'node:path';
import { bufferedRandom, parseRecipients } from '@rollbook/credentials';
import { lockDataDirectory, openSqliteEventLog } from '@rollbook/event-log';
import { createGuardedFetch } from '@rollbook/outbound';
import { openSqliteKeyStore } from '@rollbook/personal-data';
import { createRegistry, HealthRegistry, type Logger, readJsonFile, systemClock } from '@rollbook/platform';
import { effectivePolicy } from '@rollbook/policy';
import { openSqliteReadModels } from '@rollbook/read-models';
import { followLog } from '../../projector/src/follow-log.js';
import type { RegistrationApiParts } from '../../registration-api/src/parts.js';
import type { Configuration } from './configuration.js';
import { FILES, masterKeyIn, openDataDirectory, secretRecipientsIn, tokensIn } from './data-directory.js';

export type Composition = {
  parts: RegistrationApiParts;
  directory: string;
  /** Closes everything in the order of the flow, backwards; safe to call once the HTTP server takes no more requests. */
  close(): Promise<void>;
};

/**
 * The only file that knows which drivers run: SQLite throughout, one process (docs/decisions/0004).
 *
 * @param whileThreadsStart work for this thread meanwhile
 */
export async function compose(
  configuration: Configuration,
  publicUrl: string,
  logger: Logger,
  readFile: (file: string) => string,
  whileThreadsStart: () => Promise<unknown>,
): Promise<Composition> {
  const policy = effectivePolicy({
    file: readJsonFile('ROLLBOOK_POLICY', configuration.policyPath, readFile),
    profile: configuration.profile,
  });
  const directory = openDataDirectory(configuration.dataDir);
  /** What is open so far, newest last: all of it is closed when the rest cannot be opened. */
  const open: (() => unknown)[] = [];
  const close = async () => {
    for (let closeOne = open.pop(); closeOne !== undefined; closeOne = open.pop()) await closeOne();
  };
  try {
    const lock = lockDataDirectory(directory);
    open.push(() => lock.release());
    const [keys, log, recipients] = await settleAll(
      openSqliteKeyStore({
        file: path.join(directory, FILES.keys),
        masterKey: configuration.masterKey ?? masterKeyIn(directory),
        ...(configuration.previousMasterKey === null
          ? {}
          : { previousMasterKey: configuration.previousMasterKey }),
      }).then((store) => (open.push(() => store.close()), store)),
      openSqliteEventLog({ file: path.join(directory, FILES.log) }).then(
        (store) => (open.push(() => store.close()), store),
      ),
      Promise.resolve(configuration.secretRecipients ?? secretRecipientsIn(directory)).then(parseRecipients),
    );
    const [readModels] = await settleAll(
      openSqliteReadModels({
        modelsFile: path.join(directory, FILES.models),
        logFile: path.join(directory, FILES.log),
      }).then((models) => (open.push(() => models.close()), models)),
      whileThreadsStart(),
    );
    const following = new AbortController();
    const followed = followLog(log, readModels, following.signal, (err) =>
      logger.error({ err }, 'the log cannot be followed'),
    );
    open.push(async () => {
      following.abort();
      await followed;
    });
    const outbound = createGuardedFetch({
      allowedNetworks: policy.metadata.allowedNetworks,
      userAgent: 'Rollbook',
    });
    open.push(() => outbound.close());
    const config = {
      publicUrl,
      corsOrigins: configuration.corsOrigins,
      trustedProxies: configuration.trustedProxies,
      rateLimitPerMinute: configuration.rateLimitPerMinute,
      adminTokens: configuration.adminTokens ?? tokensIn(directory, FILES.adminTokens, 'admin'),
      auditorTokens: configuration.auditorTokens ?? tokensIn(directory, FILES.auditorTokens, 'auditor'),
      secretLifetimeSeconds: configuration.secretLifetimeSeconds,
      secretOverlapSeconds: configuration.secretOverlapSeconds,
      registrationAccessTokenRotation: configuration.registrationAccessTokenRotation,
    };
    const parts = {
      config,
      policy,
      log,
      keys,
      recipients,
      readModels,
      outbound,
      logger,
      metrics: createRegistry(),
      health: new HealthRegistry(),
      clock: systemClock,
      random: bufferedRandom(),
    };
    return { parts, directory, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for all, also when one fails, so that whatever was opened is known and can be closed. */
async function settleAll<T extends readonly unknown[]>(
  ...promises: { [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  await Promise.allSettled(promises);
  return Promise.all(promises) as Promise<unknown> as Promise<T>;
}
