export type { ClientDocument, SecretSummary } from './clients/document.js';
export type { ClientCursor, ClientPage, ClientQuery } from './clients/query.js';
export type { ClientStatistics, Count } from './clients/statistics.js';
export { project } from './clients/project.js';
export type {
  ParkedClient,
  ProjectionStatus,
  ReadModels,
  RebuildStatus,
  ReplayDifference,
  ReplayProgress,
  ReplayReport,
} from './read-models.js';
export { ReadModelsUnavailable, RebuildRunning, UnknownProjection } from './read-models.js';
export { openSqliteReadModels, type SqliteReadModelsOptions } from './sqlite/open-sqlite-read-models.js';
export type {
  Applied,
  Checkpoint,
  CoordinationEvent,
  FollowedGeneration,
  GenerationReport,
  MongodbProjection,
  MongodbProjector,
  MongodbProjectorOptions,
  Pace,
} from './mongodb/mongodb-projector.js';
export { GenerationGone } from './mongodb/mongodb-projector.js';
export type { MongodbReadModelsOptions } from './mongodb/mongodb-read-models.js';
export { openMongodbProjection, openMongodbProjector, openMongodbReadModels } from './mongodb/open.js';
