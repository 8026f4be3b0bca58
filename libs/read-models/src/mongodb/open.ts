import type { ReadModels } from '../read-models.js';
import type {
  MongodbProjection,
  MongodbProjector,
  MongodbProjectorOptions,
  Pace,
} from './mongodb-projector.js';
import type { MongodbReadModelsOptions } from './mongodb-read-models.js';

// What needs mongoose loads it here, when it is called, so that a process without MongoDB starts fast.

/**
 * The read models in MongoDB, as the processes read them that answer requests; projectors write them (README: what is
 * guaranteed). Knows no Kafka: what it says about positions comes from what publisher and projectors have stored.
 * Rejects when the database can't be reached.
 */
export async function openMongodbReadModels(options: MongodbReadModelsOptions): Promise<ReadModels> {
  const { MongodbReadModels } = await import('./mongodb-read-models.js');
  return MongodbReadModels.open(options);
}

/**
 * Opens the projector's side of the read models, and makes the record of the models where there is none. Rejects when
 * the database can't be reached.
 *
 * @param options.instance names this process among the others, in reports
 */
export async function openMongodbProjector(
  options: MongodbProjectorOptions & { instance: string; pace?: Partial<Pace> },
): Promise<MongodbProjector> {
  const { openProjector } = await import('./projector.js');
  return openProjector(options);
}

/** One projection with a connection of its own; without a `generation` it is that of the live one. */
export async function openMongodbProjection(
  options: MongodbProjectorOptions & { generation?: 'live' | number },
): Promise<MongodbProjection> {
  const { openOneProjection } = await import('./projector.js');
  return openOneProjection(options);
}
