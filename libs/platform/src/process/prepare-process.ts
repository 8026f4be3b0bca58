import { readFileSync } from 'node:fs';
import { createLogger, type Logger, type LogLevel } from '../logger.js';
import { SERVICE_VARIABLES } from '../service-variables.js';
import {
  readVariables,
  secretVariables,
  unknownVariables,
  type Values,
  type VariableTable,
} from '../variables.js';
import { endOnDefect } from './end-on-defect.js';
import { warningsToLog } from './warnings-to-log.js';

export type Prepared<Table extends VariableTable> = {
  configuration: Values<Table>;
  logger: Logger;
  /** A file's text, for what the configuration names. */
  readFile: (file: string) => string;
};

/**
 * What every process does before it does anything: files for its owner only, the environment read and rid of its
 * secrets, a logger, a line of it for every warning of the runtime, and an end with one for every defect.
 *
 * @param table the variables of this app
 * @throws ConfigurationError with one line for every mistake
 */
export function prepareProcess<Table extends VariableTable>(
  table: Table & { logLevel: VariableTable[string] },
): Prepared<Table> {
  // Every file that this process makes is for its owner only, also in the moment before its mode is set.
  process.umask(0o077);
  const readFile = (file: string) => readFileSync(file, 'utf8');
  const configuration = readVariables(table, process.env, readFile);
  // Also those that this app does not read: the apps may share one environment.
  for (const name of secretVariables(SERVICE_VARIABLES)) delete process.env[name];
  const logger = createLogger({
    level: configuration.logLevel as LogLevel,
    pretty: process.stdout.isTTY,
  });
  endOnDefect(process, logger, (status) => process.exit(status));
  warningsToLog(process, logger);
  for (const name of unknownVariables(SERVICE_VARIABLES, process.env)) {
    logger.warn({ variable: name }, 'unknown variable, ignored');
  }
  return { configuration, logger, readFile };
}
