import { EMBEDDED_VARIABLES, type Environment, readVariables, type Values } from '@rollbook/platform';

export type Configuration = Values<typeof EMBEDDED_VARIABLES>;

/** @throws ConfigurationError with one line for every mistake */
export function readConfiguration(
  environment: Environment,
  readFile: (file: string) => string,
): Configuration {
  return readVariables(EMBEDDED_VARIABLES, environment, readFile);
}

/** The public URL that was configured, or the loopback one of the port. */
export const publicUrlAt = ({ publicUrl: configured }: Configuration, port: number) =>
  configured ?? `http://localhost:${port}`;
