import type { StoredEvent } from '../../event-log.js';
import { connectLog, type LogLocation } from './connect-log.js';
import { ensureLog } from './ensure-log.js';
import { importInto, type Imported } from './import-events.js';
import { mongodbLogCollection } from './mongodb-log-collection.js';

/** {@link importInto} on a database, made where there is none. */
export async function importMongodbEvents(
  options: LogLocation & {
    events: AsyncIterable<StoredEvent> | Iterable<StoredEvent>;
    onProgress?: (progress: Imported) => void;
  },
): Promise<Imported> {
  const connection = await connectLog(options);
  try {
    await ensureLog(connection);
    return await importInto(mongodbLogCollection(connection), options.events, options.onProgress);
  } finally {
    await connection.client.close();
  }
}
