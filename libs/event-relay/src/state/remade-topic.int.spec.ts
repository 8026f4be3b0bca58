import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaClients, topicNames } from '@rollbook/event-relay';
import { inPublishingWorld, lifeEvent, newStream, readStates } from '@rollbook-testing/event-relay';
import { describeWithServers } from '@rollbook-servers';

const WITHIN_MS = 60_000;

describeWithServers('states behind a topic of events that was made anew', ['kafka', 'mongodb'], () => {
  test('design §8 · its offsets begin anew: what is known is passed over, what is new is published', async () => {
    await inPublishingWorld(async (world) => {
      const { log, connection, topics } = world;
      const streams = Array.from({ length: 20 }, newStream);
      /** Resolves when the last state of every client is at this version. */
      const statesAt = async (version: number): Promise<void> => {
        const end = performance.now() + WITHIN_MS;
        for (;;) {
          const last = new Map<string, number>();
          for (const { key, value } of (await readStates(connection, topics.prefix)).flat()) {
            last.set(key, (JSON.parse(value ?? '{}') as { streamVersion: number }).streamVersion);
          }
          const behind = streams.filter((stream) => last.get(stream) !== version);
          if (behind.length === 0) return;
          if (performance.now() > end)
            throw new Error(`${behind.length} clients are not at version ${version}`);
          await sleep(100);
        }
      };
      for (const stream of streams) {
        await log.append(lifeEvent(stream, 0, 'ClientRegistered'));
        await log.append(lifeEvent(stream, 1, 'ClientUpdated'));
      }
      const events = world.publisher();
      const states = world.publisher({ publishes: 'states' });
      await states.said(/^published/);
      await statesAt(2);
      // Repeats, so that offsets grow beyond those that the topic made anew will have.
      const repeating = world.publisher({ publishersDatabase: `${world.mongodb.database}_other` });
      await repeating.said(new RegExp(`^published ${await log.head()}$`));
      await repeating.stop();
      for (const stream of streams) await log.append(lifeEvent(stream, 2, 'ClientSuspended'));
      await statesAt(3);
      await Promise.all([events.stop(), states.stop()]);
      const before = (await readStates(connection, topics.prefix)).flat().length;

      const admin = (await kafkaClients(connection))().admin();
      await admin.connect();
      await admin
        .deleteTopics({ topics: [topicNames(topics.prefix).events] })
        .finally(() => admin.disconnect());
      for (const stream of streams) await log.append(lifeEvent(stream, 3, 'ClientReinstated'));
      world.publisher();
      await world.publisher({ publishes: 'states' }).said(/^published/);
      await statesAt(4);
      // Not a second time what was there: one more state per client.
      expect((await readStates(connection, topics.prefix)).flat()).toHaveLength(before + streams.length);
    });
  }, 180_000);
});
