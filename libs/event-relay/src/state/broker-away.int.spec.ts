import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { readWholeLog } from '@rollbook-testing/event-log';
import {
  checkStates,
  inPublishingWorld,
  lifeEvent,
  newStream,
  type PublishingWorld,
  readStates,
} from '@rollbook-testing/event-relay';
import { describeWithServers, startKafka } from '@rollbook-servers';

const WITHIN_MS = 90_000;
const KILLS = 2;

/** Clients that are registered, changed and deleted one after another, until it is stopped. */
function startLives({ log }: PublishingWorld): { stop(): Promise<void> } {
  const over = new AbortController();
  const lives = (async () => {
    while (!over.signal.aborted) {
      const stream = newStream();
      for (const [version, type] of ['ClientRegistered', 'ClientUpdated', 'ClientDeleted'].entries()) {
        await log.append(lifeEvent(stream, version, type));
        if (Math.random() < 0.3) break;
      }
      await sleep(5);
    }
  })();
  return {
    async stop() {
      over.abort();
      await lives;
    },
  };
}

describeWithServers('states and failures of the broker', ['kafka', 'mongodb'], () => {
  test('design §8 · the broker is killed under load: states wait, go on by themselves, and none goes back', async () => {
    const kafka = await startKafka();
    try {
      await inPublishingWorld(
        async (world) => {
          world.publisher();
          const states = world.publisher({ publishes: 'states' });
          const lives = startLives(world);
          try {
            await states.said(/^published/);
            for (let kill = 1; kill <= KILLS; kill++) {
              await sleep(Math.random() * 500);
              const alive = states.lines().length;
              await kafka.nodes[0]?.kill9();
              await states.said(/^state waiting/, WITHIN_MS, alive);
              const waiting = states.lines().length;
              await kafka.nodes[0]?.restart();
              await states.said(/^published/, WITHIN_MS, waiting);
            }
          } finally {
            await lives.stop();
          }
          await world.allPublished();
          const log = await readWholeLog(world.log, 1_000);
          const end = performance.now() + WITHIN_MS;
          for (;;) {
            try {
              checkStates(await readStates(world.connection, world.topics.prefix), log);
              break;
            } catch (error) {
              if (performance.now() > end) throw error;
              await sleep(100);
            }
          }
          expect(states.lines().filter((line) => line === 'state stopped')).toEqual([]);
        },
        { brokers: kafka.brokers },
      );
    } finally {
      await kafka.stop();
    }
  }, 240_000);
});
