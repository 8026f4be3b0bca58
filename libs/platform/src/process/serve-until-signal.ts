import type { Server } from 'node:http';
import type { Logger } from '../logger.js';
import { closeServer } from './close-server.js';

/** In-flight requests are answered and everything closed within this time, or the process ends all the same. */
const STOP_WITHIN_MS = 10_000;

/** An HTTP application of any framework. */
export type HttpApplication = {
  server: Server;
  listen(): Promise<unknown>;
  /** Takes no more requests; resolves when those under way are answered. */
  close(): Promise<void>;
};

/** Stops everything in order and ends the process with the status (0: asked to; the first call counts). */
export type EndProcess = (status: number) => void;

/**
 * Listens, and serves until SIGTERM or SIGINT: then the requests under way are answered, everything is closed, and the
 * process ends with status 0.
 *
 * @param closeParts closes what the application stands on, once it takes no more requests
 * @returns when it is listening: what ends the process in the same order for another reason
 * @throws what `listen` throws, after everything was closed
 */
export async function serveUntilSignal(
  app: HttpApplication,
  closeParts: () => Promise<void>,
  logger: Pick<Logger, 'info' | 'error'>,
): Promise<EndProcess> {
  const stop = stopOnce(async () => {
    await closeServer(app.server, () => app.close());
    await closeParts();
  });
  try {
    await app.listen();
  } catch (error) {
    await stop();
    throw error;
  }
  const end: EndProcess = (status) => {
    const failed = (err: unknown) => {
      logger.error({ err }, 'not everything could be closed');
      process.exit(1);
    };
    void stop().then(() => process.exit(status), failed);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      logger.info('stopping');
      end(0);
    });
  }
  return end;
}

function stopOnce(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | null = null;
  return () => {
    if (stopping !== null) return stopping;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    return (stopping = stop());
  };
}
