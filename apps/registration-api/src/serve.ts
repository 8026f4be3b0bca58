import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { RecipientsError } from '@rollbook/credentials';
import { LogDamaged } from '@rollbook/event-log';
import { TopicsRefused } from '@rollbook/event-relay';
import { MasterKeyRefused } from '@rollbook/personal-data';
import {
  configurationMistakes,
  type EndProcess,
  freePort,
  openPatiently,
  prepareProcess,
  readJsonFile,
  REGISTRATION_API_VARIABLES,
  serveUntilSignal,
} from '@rollbook/platform';
import { effectivePolicy, PolicyError } from '@rollbook/policy';
import { compose } from './composition.js';
import { requireMongodbUrl } from './configuration.js';
import { CREDENTIALS_REFUSED, credentialsRefused } from './credentials-refused.js';
import { createApp, httpApplication } from './create-app.js';
import { isOutage } from './http/error-answer.js';

/**
 * Starts one of the processes that answer requests, and serves until SIGTERM or SIGINT, or until Kafka turns out to have
 * topics that are not as they must be.
 *
 * @returns when it is listening: the database answers by then, Kafka need not
 * @throws {@link startMistakes} knows what an operator can mend; anything else is a defect
 */
export async function serve(): Promise<void> {
  const { configuration, logger, readFile } = prepareProcess(REGISTRATION_API_VARIABLES);
  const { host, profile, policyPath, publicUrl } = configuration;
  await requireMongodbUrl(configuration.mongodb);
  const policy = effectivePolicy({ file: readJsonFile('ROLLBOOK_POLICY', policyPath, readFile), profile });
  const { promise: listening, resolve: listens } = Promise.withResolvers<EndProcess>();
  const composing = {
    configuration,
    policy,
    logger,
    instance: `${hostname()}-${process.pid}-${randomUUID()}`,
    onTopicsRefused: ({ mistakes }: TopicsRefused) => {
      for (const mistake of mistakes) logger.error(mistake);
      void listening.then((end) => end(1));
    },
  };
  const composition = await openPatiently(
    () => compose(composing),
    (error) => isOutage(error) && !credentialsRefused(error),
    (err) => logger.warn({ err }, 'the database does not answer: waiting for it'),
  );
  const app = await createApp(composition.parts);
  const port = configuration.port === 0 ? await freePort(host) : configuration.port;
  listens(await serveUntilSignal(httpApplication(app, port, host), () => composition.close(), logger));
  logger.info(`listening on ${await app.getUrl()}, public URL ${publicUrl}`);
}

/** @returns one line for each thing that keeps the process from starting and that an operator can mend; null for a defect */
export function startMistakes(error: unknown): readonly string[] | null {
  if (credentialsRefused(error)) return [CREDENTIALS_REFUSED];
  if (error instanceof PolicyError) return error.mistakes.map((mistake) => `ROLLBOOK_POLICY: ${mistake}`);
  if (error instanceof RecipientsError)
    return error.mistakes.map((mistake) => `ROLLBOOK_SECRET_RECIPIENTS: ${mistake}`);
  if (error instanceof TopicsRefused) return error.mistakes;
  if (error instanceof LogDamaged || error instanceof MasterKeyRefused) return [error.message];
  return configurationMistakes(error, 'ROLLBOOK_PORT');
}
