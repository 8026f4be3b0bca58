import path from 'node:path';
import { DataDirectoryInUse, LogDamaged, LogUnavailable } from '@rollbook/event-log';
import { MasterKeyRefused } from '@rollbook/personal-data';
import {
  configurationMistakes,
  EMBEDDED_VARIABLES,
  freePort,
  prepareProcess,
  serveUntilSignal,
} from '@rollbook/platform';
import { PolicyError } from '@rollbook/policy';
import { RecipientsError } from '@rollbook/credentials';
import { compose } from './composition.js';
import { publicUrlAt } from './configuration.js';
import { FILES } from './data-directory.js';

/**
 * Starts the embedded service and serves until SIGTERM or SIGINT.
 *
 * @returns when it is listening
 * @throws {@link startMistakes} knows what an operator can mend; anything else is a defect
 */
export async function serve(): Promise<void> {
  const { configuration, logger, readFile } = prepareProcess(EMBEDDED_VARIABLES);
  const { host } = configuration;
  // A port of 0 is settled before anything needs the public URL.
  const port = configuration.port === 0 ? await freePort(host) : configuration.port;
  const publicUrl = publicUrlAt(configuration, port);
  // The framework is most of what there is to load: it is loaded while the threads of the read models start.
  const loadApp = () => import('../../registration-api/src/create-app.js');
  const composition = await compose(configuration, publicUrl, logger, readFile, loadApp);
  const { createApp, httpApplication } = await loadApp();
  const { parts, directory } = composition;
  const app = await createApp(parts);
  await serveUntilSignal(httpApplication(app, port, host), () => composition.close(), logger);
  const places = [
    `listening on ${await app.getUrl()}, public URL ${publicUrl}`,
    `data in ${directory}`,
    `admin tokens: ${configuration.adminTokens === null ? path.join(directory, FILES.adminTokens) : 'ROLLBOOK_ADMIN_TOKENS'}`,
    `auditor tokens: ${configuration.auditorTokens === null ? path.join(directory, FILES.auditorTokens) : 'ROLLBOOK_AUDITOR_TOKENS'}`,
  ];
  for (const place of places) logger.info(place);
}

/** @returns one line for each thing that keeps the service from starting and that an operator can mend; null for a defect */
export function startMistakes(error: unknown): readonly string[] | null {
  const common = configurationMistakes(error, 'ROLLBOOK_PORT');
  if (common !== null) return common;
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
}: NodeJS.ErrnoException & { path?: string }): readonly string[] | null {
  if (code === undefined || !DIRECTORY_FAULTS.includes(code)) return null;
  const file = Object.values<string>(FILES).find((name) => name === path.basename(place ?? ''));
  return [`ROLLBOOK_DATA_DIR: ${file ?? 'the data directory'} cannot be used (${code})`];
}

/** What the system says of a place that cannot be used, and that is no defect of ours. */
const DIRECTORY_FAULTS =
  'EACCES EPERM EROFS ENOSPC EDQUOT EIO ENOENT ENOTDIR EISDIR EEXIST ELOOP ENAMETOOLONG EMFILE ENFILE'.split(
    ' ',
  );
