import type { EventLogReader } from '@rollbook/event-log';
import { KafkaUnavailable } from '../connection.js';
import type { EventPublisherOptions } from '../event-publisher-options.js';
import { ensureKafkaTopics } from '../kafka/ensure-topics.js';
import { followTopic } from '../kafka/follow-topic.js';
import { openKafkaStateSender } from '../kafka/kafka-state-sender.js';
import { newestStates } from '../kafka/newest-states.js';
import { partitionLeaders } from '../kafka/partition-leaders.js';
import { partitionRanges } from '../kafka/read-topic.js';
import { mongodbCheckpointStore } from '../mongodb/checkpoint-store.js';
import { openPublishersCollection } from '../mongodb/publishers-collection.js';
import { mongodbTurnStore } from '../mongodb/turn-store.js';
import type { Publisher } from '../publisher.js';
import { withOwnClient } from '../publishing-client.js';
import { PublisherLoop } from '../publisher-loop.js';
import { sayError } from '../say-error.js';
import { topicNames } from '../topics.js';
import { Turn } from '../turn.js';
import { beginAt } from './begin-at.js';
import { StateFolds } from './state-folds.js';
import { Superseded } from './state-sender.js';
import { stateSession } from './state-session.js';

/** What a state publisher is opened with: what the event publisher is, and a log whose streams can be read. */
export type StatePublisherOptions = Omit<EventPublisherOptions, 'log' | 'sendTimeoutMs'> & {
  log: Pick<EventLogReader, 'readAll' | 'readStream'>;
};

/** See `openStatePublisher` in open.ts. */
export function startStatePublisher(options: StatePublisherOptions): Publisher {
  const { log, connection, topics, source, instance, on } = options;
  const collection = openPublishersCollection(options.mongodb);
  const events = mongodbCheckpointStore(collection.documents, 'events');
  const store = mongodbCheckpointStore(collection.documents, 'states');
  const turn = new Turn(mongodbTurnStore(collection.documents, 'states'), instance, options.turnTimes);
  const names = topicNames(topics.prefix);
  let topicsEnsured = false;
  return new PublisherLoop({
    instance,
    turn,
    on,
    async open(figures) {
      if (!topicsEnsured) await ensureKafkaTopics(connection, topics);
      topicsEnsured = true;
      return withOwnClient(connection, async (kafka) => {
        const there = await partitionRanges(kafka, names.clients);
        topicsEnsured = there.length === topics.partitions;
        if (!topicsEnsured)
          throw new KafkaUnavailable(`topic ${names.clients} is not as it was at the start`);
        // The order counts: when the older producers are fenced, what the topic says of its progress is final.
        const sender = await openKafkaStateSender(kafka, names.clients, {
          transactionalId: transactionalId(topics.prefix),
          partitions: topics.partitions,
          leaders: await partitionLeaders(kafka, names.clients),
        });
        try {
          const upToThere = there.map(({ from }, partition) => ({ from, end: sender.ends[partition] ?? 0 }));
          const from = await newestStates(kafka, names.clients, upToThere);
          const begin = beginAt(from, await partitionRanges(kafka, names.events));
          return stateSession({
            events: await followTopic(
              kafka,
              names.events,
              begin.map(({ offset }) => offset + 1),
            ),
            sender,
            from: begin,
            store,
            published: () => events.read(),
            source: {
              folds: new StateFolds((streamId, page) => log.readStream(streamId, page)),
              readAll: (page) => log.readAll(page),
              partitions: topics.partitions,
              source,
              notAClient: (sentence) => on.failed?.(sentence),
            },
            figures,
            on,
            notStored: (error) => on.failed?.(sayError(error)),
          });
        } catch (error) {
          await sender.close();
          throw error;
        }
      });
    },
    async observe() {
      const [states, published] = await Promise.all([store.read(), events.read()]);
      return { position: states.position, head: published.position };
    },
    final: () => false,
    superseded: (error) => error instanceof Superseded,
    dispose: () => collection.close(),
  });
}

/** One for all processes that publish to these topics: that is what fences. */
const transactionalId = (prefix: string) => `${prefix}.states`;
