export { KafkaUnavailable, type KafkaConnection, type PublishersDatabase } from './connection.js';
export { cutOff } from './kafka/client-sockets.js';
export type { EventPublisherOptions } from './event-publisher-options.js';
export type { FollowedLog } from './event-session.js';
export {
  checkTopics,
  ensureTopics,
  kafkaClients,
  newestPublishedPosition,
  openEventPublisher,
  openStatePublisher,
  readPublishedPositions,
  recoverFromKafka,
} from './open.js';
export { lowWaterMark } from './low-water.js';
export { Pace } from './pace.js';
export { partitionOf } from './partition.js';
export {
  NotAPublishedEvent,
  readPublishedEvent,
  type PublishedEvent,
  type ReceivedMessage,
} from './published-event.js';
export type { PublishedPositions } from './published-positions.js';
export type { Publisher, PublisherEvents, PublisherState, PublisherStatus } from './publisher.js';
export type { Recovered, RecoveryProgress } from './recovery/recover.js';
export { topicNames, TopicsRefused, type TopicSettings } from './topics.js';
export {
  type ClientStateRecord,
  clientStateSchema,
  clientStateSchemaPath,
} from './state/client-state-record.js';
export { NotAState, readStateHeaders } from './state/state-message.js';
export type { StatePublisherOptions } from './state/state-publisher.js';
