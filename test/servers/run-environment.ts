import { findSources, type Need, type Source, type Sources } from './sources.js';

/** What the process of a test run tells its workers. */
export type TestRun = {
  /** Where it can be asked for the run's servers. */
  endpoint: string;
  sources: Sources;
};
const VARIABLE = 'ROLLBOOK_TEST_RUN';

/** For the workers that are started from now on; null when the run is over. */
export function announceRun(run: TestRun | null): void {
  if (run === null) delete process.env[VARIABLE];
  else process.env[VARIABLE] = JSON.stringify(run);
}

/** The run that this process is a worker of; null in a program of its own, as a benchmark is. */
export function currentRun(): TestRun | null {
  const text = process.env[VARIABLE];
  return text === undefined ? null : (JSON.parse(text) as TestRun);
}

/**
 * Where a server comes from.
 *
 * @throws Error with the sentence that says what to install
 */
export async function sourceOf(need: Need): Promise<Source> {
  const found = (currentRun()?.sources ?? (await findSources()))[need];
  if ('missing' in found) throw new Error(found.missing);
  return found.source;
}
