import { bufferedRandom, parseRecipients } from '@rollbook/credentials';
import { openMongodbEventLog } from '@rollbook/event-log';
import {
  ensureTopics,
  newestPublishedPosition,
  openEventPublisher,
  openStatePublisher,
  type Publisher,
  readPublishedPositions,
  type TopicsRefused,
} from '@rollbook/event-relay';
import { createGuardedFetch } from '@rollbook/outbound';
import { openMongodbKeyStore } from '@rollbook/personal-data';
import {
  CloseBackwards,
  createRegistry,
  HealthRegistry,
  kafkaSettings,
  type Logger,
  type REGISTRATION_API_VARIABLES,
  systemClock,
  type Values,
} from '@rollbook/platform';
import type { Policy } from '@rollbook/policy';
import { openMongodbReadModels } from '@rollbook/read-models';
import { registrationApiConfig } from './configuration.js';
import { addAppendMetrics } from './operations/append-metrics.js';
import { addStorageHealth } from './operations/storage-health.js';
import type { RegistrationApiParts } from './parts.js';
import { publisherTelling } from './publishing/publisher-events.js';
import { addPublishingHealth } from './publishing/publishing-health.js';
import { publishingOf } from './publishing/publishing.js';
import { watchTopics } from './publishing/watch-topics.js';

export type Configuration = Values<typeof REGISTRATION_API_VARIABLES>;
export type Composition = { parts: RegistrationApiParts; close: () => Promise<void> };

/**
 * The only file that knows which drivers run: MongoDB and Kafka, any number of processes (docs/design.md §1).
 *
 * @param options.instance names this process among the others, and no other one after it
 * @param options.onTopicsRefused the topics turned out to be wrong after the start
 * @throws LogUnavailable, KeyStoreUnavailable, ReadModelsUnavailable while the database does not answer; nothing is open
 *   then, and the next try may succeed
 * @throws TopicsRefused, MasterKeyRefused, RecipientsError what an operator has to mend
 */
export async function compose(options: {
  configuration: Configuration;
  policy: Policy;
  logger: Logger;
  instance: string;
  onTopicsRefused: (error: TopicsRefused) => void;
}): Promise<Composition> {
  const opened = new CloseBackwards();
  try {
    return { parts: await open(options, opened), close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

type ComposeOptions = Parameters<typeof compose>[0];

async function open(options: ComposeOptions, opened: CloseBackwards): Promise<RegistrationApiParts> {
  const { configuration, policy, logger, instance } = options;
  const { url, database } = configuration.mongodb;
  const { connection, topics } = kafkaSettings(configuration, 'rollbook-registration-api');
  const recipients =
    configuration.secretRecipients === null ? null : await parseRecipients(configuration.secretRecipients);
  const metrics = createRegistry();
  const health = new HealthRegistry();
  const close = (one: { close(): Promise<void> }) => one.close();

  const log = opened.add(await openMongodbEventLog({ url, database }), close);
  const keys = opened.add(
    await openMongodbKeyStore({
      url,
      database: `${database}_keys`,
      masterKey: configuration.masterKey,
      ...(configuration.previousMasterKey === null
        ? {}
        : { previousMasterKey: configuration.previousMasterKey }),
    }),
    close,
  );
  const readModels = opened.add(await openMongodbReadModels({ url, database, log }), close);
  const positions = {
    events: opened.add(await readPublishedPositions({ url, database }, 'events'), close),
    states: opened.add(await readPublishedPositions({ url, database }, 'states'), close),
  };

  // What Kafka has beyond the log's end must be known before anything is appended there (design §8).
  const watching = await watchTopics(
    async () => {
      await ensureTopics(connection, topics);
      log.notePositionSeen(await newestPublishedPosition(connection, topics));
    },
    logger,
    (error) => options.onTopicsRefused(error),
  );
  opened.add(watching, (watch) => watch.stop());
  const telling = publisherTelling(logger, metrics, (position) => log.notePositionSeen(position));
  const relay = {
    log,
    connection,
    topics,
    source: configuration.publicUrl,
    mongodb: { url, database },
    instance,
  };
  const events = opened.add(await openEventPublisher({ ...relay, on: telling('events') }), close);
  // Both at once: each of them may wait for a Kafka that hangs.
  const closeBoth = (one: Publisher) => Promise.all([one.close(), events.close()]);
  const states = opened.add(await openStatePublisher({ ...relay, on: telling('states') }), closeBoth);
  const publishing = publishingOf({ events, states }, positions);

  addAppendMetrics(metrics, () => log.counters());
  addStorageHealth(health, log);
  addPublishingHealth(health, publishing);
  const outbound = createGuardedFetch({
    allowedNetworks: policy.metadata.allowedNetworks,
    userAgent: 'Rollbook',
  });
  opened.add(outbound, (one) => one.close());
  return {
    config: registrationApiConfig(configuration, configuration),
    policy,
    log,
    keys,
    recipients,
    readModels,
    publishing,
    outbound,
    logger,
    metrics,
    health,
    clock: systemClock,
    random: bufferedRandom(),
  };
}
