import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { LogDamaged, DataDirectoryInUse, LogUnavailable } from '@rollbook/event-log';
import { MasterKeyRefused } from '@rollbook/personal-data';
import { ConfigurationError, createLogger, secretVariables, unknownVariables } from '@rollbook/platform';
import { PolicyError } from '@rollbook/policy';
import { RecipientsError } from '@rollbook/credentials';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { compose } from './composition.js';
import { ALL_VARIABLES, publicUrlAt, readConfiguration } from './configuration.js';
import { FILES } from './data-directory.js';
import { endOnDefect } from './end-on-defect.js';

/** In-flight requests are answered and files closed within this time, or the process ends all the same. */
const STOP_WITHIN_MS = 10_000;
/** A request that has not come whole by then is cut off, so that the files are still closed in order. */
const CUT_OFF_AFTER_MS = 5_000;
/** How often a stopping server looks for connections whose last answer has gone out. */
const SWEEP_EVERY_MS = 50;

/**
 * Starts the embedded service and serves until SIGTERM or SIGINT.
 *
 * @returns when it is listening
 * @throws {@link startMistakes} knows what an operator can mend; anything else is a defect
 */
export async function serve(): Promise<void> {
  // Every file that this process makes is for its owner only, also in the moment before its mode is set.
  process.umask(0o077);
  const readFile = (file: string) => readFileSync(file, 'utf8');
  const configuration = readConfiguration(process.env, readFile);
  for (const name of secretVariables(ALL_VARIABLES)) delete process.env[name];
  const logger = createLogger({ level: configuration.logLevel, pretty: process.stdout.isTTY });
  endOnDefect(process, logger, (status) => process.exit(status));
  for (const name of unknownVariables([ALL_VARIABLES], process.env)) {
    logger.warn({ variable: name }, 'unknown variable, ignored');
  }
  // A port of 0 is settled before anything needs the public URL.
  const port = configuration.port === 0 ? await freePort(configuration.host) : configuration.port;
  const publicUrl = publicUrlAt(configuration, port);
  // The framework is most of what there is to load: it is loaded while the threads of the read models start.
  const loadApp = () => import('../../registration-api/src/create-app.js');
  const composition = await compose(configuration, publicUrl, logger, readFile, loadApp);
  const { parts, directory } = composition;
  const { createApp } = await loadApp();
  const app = await createApp(parts);
  const stop = stopOnce(async () => {
    await closeServer(app);
    await composition.close();
  });
  try {
    await app.listen(port, configuration.host);
  } catch (error) {
    await stop();
    throw error;
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      logger.info('stopping');
      void stop().then(() => process.exit(0));
    });
  }
  const places = [
    `listening on ${await app.getUrl()}, public URL ${publicUrl}`,
    `data in ${directory}`,
    `admin tokens: ${configuration.adminTokens === null ? path.join(directory, FILES.adminTokens) : 'ROLLBOOK_ADMIN_TOKENS'}`,
    `auditor tokens: ${configuration.auditorTokens === null ? path.join(directory, FILES.auditorTokens) : 'ROLLBOOK_AUDITOR_TOKENS'}`,
  ];
  for (const place of places) logger.info(place);
}

/**
 * Answers what is in flight and closes. Node closes the connections that are idle at this moment; those that become so
 * would stay for their keep-alive time, those whose request never comes whole for ever.
 */
async function closeServer(app: NestFastifyApplication): Promise<void> {
  const server: Server = app.getHttpServer();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), CUT_OFF_AFTER_MS);
  await app.close();
  clearInterval(sweep);
  clearTimeout(cutOff);
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function stopOnce(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | null = null;
  return () => {
    if (stopping !== null) return stopping;
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    return (stopping = stop());
  };
}

/** @returns one line for each thing that keeps the service from starting and that an operator can mend; null for a defect */
export function startMistakes(error: unknown): readonly string[] | null {
  if (error instanceof ConfigurationError) return error.mistakes;
  if (error instanceof PolicyError) return error.mistakes.map((mistake) => `ROLLBOOK_POLICY: ${mistake}`);
  if (error instanceof RecipientsError)
    return error.mistakes.map((mistake) => `ROLLBOOK_SECRET_RECIPIENTS: ${mistake}`);
  const said = [DataDirectoryInUse, LogDamaged, LogUnavailable, MasterKeyRefused].some(
    (known) => error instanceof known,
  );
  if (said) return [(error as Error).message];
  return systemMistake(error as NodeJS.ErrnoException);
}

function systemMistake({
  code,
  path: place,
  syscall,
}: NodeJS.ErrnoException & { path?: string }): readonly string[] | null {
  if (syscall === 'listen' || syscall === 'getaddrinfo')
    return [`ROLLBOOK_HOST, ROLLBOOK_PORT: cannot listen there (${code})`];
  if (code === undefined || !DIRECTORY_FAULTS.includes(code)) return null;
  const file = Object.values<string>(FILES).find((name) => name === path.basename(place ?? ''));
  return [`ROLLBOOK_DATA_DIR: ${file ?? 'the data directory'} cannot be used (${code})`];
}

/** What the system says of a place that cannot be used, and that is no defect of ours. */
const DIRECTORY_FAULTS =
  'EACCES EPERM EROFS ENOSPC EDQUOT EIO ENOENT ENOTDIR EISDIR EEXIST ELOOP ENAMETOOLONG EMFILE ENFILE'.split(
    ' ',
  );
