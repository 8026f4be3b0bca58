import type { EventLogReader } from '@rollbook/event-log';
import type { ReadModels } from '../read-models.js';

export type MongodbReadModelsOptions = {
  /** Whatever it says about concerns, writes are acknowledged by the majority and reads go to the primary. */
  url: string;
  database: string;
  /** For retries and replays. Closed by the caller, after the models. */
  log: EventLogReader;
};

/**
 * The read models in MongoDB, as the processes read them that answer requests; projectors write them (README: what is
 * guaranteed). Knows no Kafka: what it says about positions comes from what publisher and projectors have stored.
 * Rejects when the database can't be reached.
 */
export async function openMongodbReadModels(options: MongodbReadModelsOptions): Promise<ReadModels> {
  const { MongodbReadModels } = await import('./mongodb-read-models.js');
  return MongodbReadModels.open(options);
}
