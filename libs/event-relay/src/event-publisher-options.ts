import type { KafkaConnection, PublishersDatabase } from './connection.js';
import type { FollowedLog } from './event-session.js';
import type { PublisherEvents } from './publisher.js';
import type { TopicSettings } from './topics.js';
import type { TurnTimes } from './turn.js';

/** What a publisher is opened with. */
export type EventPublisherOptions = {
  log: FollowedLog;
  connection: KafkaConnection;
  topics: TopicSettings;
  /** The public URL, without a trailing slash. */
  source: string;
  mongodb: PublishersDatabase;
  /** Names this start of this process: unique. */
  instance: string;
  on: PublisherEvents;
  /** For tests. */
  turnTimes?: TurnTimes;
  sendTimeoutMs?: number;
};
