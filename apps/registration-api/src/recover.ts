import { ImportRefused, LogUnavailable } from '@rollbook/event-log';
import { KafkaUnavailable, recoverFromKafka, type RecoveryProgress } from '@rollbook/event-relay';
import { kafkaSettings, prepareProcess, PROJECTOR_VARIABLES } from '@rollbook/platform';
import { requireMongodbUrl } from './configuration.js';
import { startMistakes as mistakesOfAnyStart } from './serve.js';

const SAY_EVERY_MS = 5_000;

/**
 * Brings the log of a database that was restored to an earlier state back to what Kafka has (design §8), also beside
 * services, which refuse registrations meanwhile and accept them again afterwards. Says on stdout what it did, on stderr
 * how far it is. Needs what a projector needs: the database and Kafka.
 *
 * @returns true when the log has everything that Kafka has
 * @throws {@link startMistakes} knows what an operator can mend
 */
export async function recover(): Promise<boolean> {
  const { configuration } = prepareProcess(PROJECTOR_VARIABLES);
  await requireMongodbUrl(configuration.mongodb);
  const { url, database } = configuration.mongodb;
  const { connection, topics } = kafkaSettings(configuration, 'rollbook-recover');
  const { imported, present, head, missing, foreign } = await recoverFromKafka({
    connection,
    topics,
    mongodb: { url, database },
    onProgress: sayProgress(),
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.stdout.write(
    `${imported} events imported from Kafka, ${present} were there and are equal; the log ends at position ${head}\n`,
  );
  if (foreign > 0)
    process.stdout.write(`${foreign} records on the topic are no events of ours, and were passed over\n`);
  if (missing === null) return true;
  process.stdout.write(
    `position ${missing.position} is not on Kafka, although position ${missing.found} is: the events from there on cannot be put back (docs: libs/event-relay/README.md, "What cannot be recovered")\n`,
  );
  return false;
}

/** One line, drawn over itself on a terminal; elsewhere one now and then. */
function sayProgress(): (progress: RecoveryProgress) => void {
  let saidAt = performance.now();
  return ({ imported, present, records }) => {
    const line = `${imported} imported, ${present} present, of ${records} records`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${line}`);
    } else if (performance.now() - saidAt > SAY_EVERY_MS) {
      saidAt = performance.now();
      process.stderr.write(`${line}\n`);
    }
  };
}

/** @returns one line for each thing that ended the recovery and that an operator can mend; null for a defect */
export function startMistakes(error: unknown): readonly string[] | null {
  const said = [ImportRefused, KafkaUnavailable, LogUnavailable];
  if (error instanceof Error && said.some((kind) => error instanceof kind)) return [error.message];
  return mistakesOfAnyStart(error);
}
