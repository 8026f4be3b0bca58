import { hostname } from 'node:os';
import {
  configurationMistakes,
  type EndProcess,
  prepareProcess,
  PROJECTOR_VARIABLES,
  serveUntilSignal,
} from '@rollbook/platform';
import { requireMongodbUrl } from '../../registration-api/src/configuration.js';
import { httpApplication } from '../../registration-api/src/http/fastify-server.js';
import { compose } from './composition.js';
import { createApp } from './create-app.js';

/**
 * Starts a projector, which works until SIGTERM or SIGINT, or until it finds topics that are not as they must be or a
 * database that refuses its credentials.
 *
 * @returns when its HTTP port is open; Kafka and the database are reached, and waited for, after that
 * @throws {@link startMistakes} knows what an operator can mend; anything else is a defect
 */
export async function serve(): Promise<void> {
  const { configuration, logger } = prepareProcess(PROJECTOR_VARIABLES);
  await requireMongodbUrl(configuration.mongodb);
  const { promise: listening, resolve: listens } = Promise.withResolvers<EndProcess>();
  const { parts, close } = compose(configuration, logger, `${hostname()}-${process.pid}`, (mistakes) => {
    for (const mistake of mistakes) logger.error(mistake);
    void listening.then((end) => end(1));
  });
  const app = await createApp(parts);
  listens(
    await serveUntilSignal(
      httpApplication(app, configuration.projectorPort, configuration.host),
      close,
      logger,
    ),
  );
  logger.info(`listening on ${await app.getUrl()}: /health/live, /health/ready, /metrics`);
}

/** @returns one line for each thing that keeps the projector from starting and that an operator can mend; null for a defect */
export const startMistakes = (error: unknown): readonly string[] | null =>
  configurationMistakes(error, 'ROLLBOOK_PROJECTOR_PORT');
