import { ConfigurationError } from './variables.js';

/**
 * The JSON document in the file that a variable names.
 *
 * @param variable its name, for the mistake
 * @param file null where none is configured
 * @returns what the file holds, null where none is configured
 * @throws ConfigurationError a file that cannot be read, or is not JSON; never what it holds
 */
export function readJsonFile(
  variable: string,
  file: string | null,
  readFile: (file: string) => string,
): unknown {
  if (file === null) return null;
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new ConfigurationError([`${variable}: the file cannot be read (${code})`]);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigurationError([`${variable}: the file is not JSON`]);
  }
}
