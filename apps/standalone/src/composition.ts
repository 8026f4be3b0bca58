import path from 'node:path';
import { bufferedRandom, parseRecipients } from '@rollbook/credentials';
import { lockDataDirectory, openSqliteEventLog } from '@rollbook/event-log';
import { createGuardedFetch } from '@rollbook/outbound';
import { openSqliteKeyStore } from '@rollbook/personal-data';
import {
  CloseBackwards,
  createRegistry,
  HealthRegistry,
  type Logger,
  readJsonFile,
  systemClock,
} from '@rollbook/platform';
import { effectivePolicy } from '@rollbook/policy';
import { openSqliteReadModels } from '@rollbook/read-models';
import { followLog } from '../../projector/src/follow-log.js';
import { registrationApiConfig } from '../../registration-api/src/configuration.js';
import type { RegistrationApiParts } from '../../registration-api/src/parts.js';
import type { Configuration } from './configuration.js';
import { FILES, masterKeyIn, openDataDirectory, secretRecipientsIn, tokensIn } from './data-directory.js';

export type Composition = {
  parts: RegistrationApiParts;
  directory: string;
  /** Closes everything in the order of the flow, backwards; safe to call once the HTTP server takes no more requests. */
  close: () => Promise<void>;
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
  const opened = new CloseBackwards();
  const close = () => opened.close();
  try {
    opened.add(lockDataDirectory(directory), (lock) => lock.release());
    const closes = (one: { close(): Promise<void> }) => one.close();
    const [keys, log, recipients] = await settleAll(
      openSqliteKeyStore({
        file: path.join(directory, FILES.keys),
        masterKey: configuration.masterKey ?? masterKeyIn(directory),
        ...(configuration.previousMasterKey === null
          ? {}
          : { previousMasterKey: configuration.previousMasterKey }),
      }).then((store) => opened.add(store, closes)),
      openSqliteEventLog({ file: path.join(directory, FILES.log) }).then((store) =>
        opened.add(store, closes),
      ),
      Promise.resolve(configuration.secretRecipients ?? secretRecipientsIn(directory)).then(parseRecipients),
    );
    const [readModels] = await settleAll(
      openSqliteReadModels({
        modelsFile: path.join(directory, FILES.models),
        logFile: path.join(directory, FILES.log),
      }).then((models) => opened.add(models, closes)),
      whileThreadsStart(),
    );
    const following = new AbortController();
    const followed = followLog(log, readModels, following.signal, (err) =>
      logger.error({ err }, 'the log cannot be followed'),
    );
    opened.add(following, async () => {
      following.abort();
      await followed;
    });
    const outbound = createGuardedFetch({
      allowedNetworks: policy.metadata.allowedNetworks,
      userAgent: 'Rollbook',
    });
    opened.add(outbound, (one) => one.close());
    const config = registrationApiConfig(configuration, {
      publicUrl,
      adminTokens: configuration.adminTokens ?? tokensIn(directory, FILES.adminTokens, 'admin'),
      auditorTokens: configuration.auditorTokens ?? tokensIn(directory, FILES.auditorTokens, 'auditor'),
    });
    const health = new HealthRegistry();
    health.add('live', 'projector', async () => {
      const stopped = (await readModels.projections()).find(({ state }) => state === 'stopped');
      return stopped === undefined ? null : `the projection ${stopped.name} has stopped`;
    });
    const parts = {
      config,
      policy,
      log,
      keys,
      recipients,
      readModels,
      publishing: null,
      outbound,
      logger,
      metrics: createRegistry(),
      health,
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
