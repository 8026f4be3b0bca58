import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkSqliteLog, type LogCheckProgress } from '@rollbook/event-log';
import { readConfiguration } from './configuration.js';
import { FILES } from './data-directory.js';

/**
 * Checks the whole log of the configured data directory, also beside the service that writes it, and says on stdout what
 * it found; on a terminal stderr shows how far it is.
 *
 * @returns true when nothing is wrong
 * @throws ConfigurationError as at a start
 */
export async function checkLog(): Promise<boolean> {
  const { dataDir } = readConfiguration(process.env, (file) => readFileSync(file, 'utf8'));
  const file = path.resolve(dataDir, FILES.log);
  const watched = process.stderr.isTTY;
  const { sound, events, problems } = await checkSqliteLog(file, watched ? { onProgress: draw } : {});
  if (watched) process.stderr.write('\n');
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  process.stdout.write(
    `${file}: ${events} events, ${sound ? 'sound' : `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`}\n`,
  );
  return sound;
}

/** One line, drawn over itself. */
function draw({ step, done, total }: LogCheckProgress): void {
  process.stderr.write(`\r\x1b[K${step}: ${done} of ${total}`);
}
