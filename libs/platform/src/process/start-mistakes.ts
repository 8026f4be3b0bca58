import { ConfigurationError } from '../variables.js';

/**
 * What every app says when it cannot start.
 *
 * @param portVariable of the app
 * @returns one line for each thing that an operator can mend; null for anything else
 */
export function configurationMistakes(error: unknown, portVariable: string): readonly string[] | null {
  if (error instanceof ConfigurationError) return error.mistakes;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return null;
  return [`ROLLBOOK_HOST, ${portVariable}: cannot listen there (${code})`];
}
