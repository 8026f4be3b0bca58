import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { inPublishingWorld, startLoad } from '@rollbook-testing/event-relay';
import { describeWithServers } from '@rollbook-servers';

/** In `npm test`; more by ROLLBOOK_TEST_KILLS. */
const KILLS = Number(process.env['ROLLBOOK_TEST_KILLS'] ?? 4);
const LONGEST_LIFE_MS = 400;
/** These start processes, which takes its time on a busy machine. */
const PATIENCE_MS = 180_000;
const TURN_TIMES = { beatMs: 200, lookMs: 50 };

describeWithServers('publishers in processes of their own', ['kafka', 'mongodb'], () => {
  test(
    `design §8 · a publisher killed ${KILLS} times, anywhere: repeats, but no gap and no disorder`,
    () =>
      inPublishingWorld(async (world) => {
        const load = startLoad(world.log);
        for (let kill = 0; kill < KILLS; kill++) {
          const publisher = world.publisher();
          await publisher.said(/^published/);
          await sleep(Math.random() * LONGEST_LIFE_MS);
          await publisher.kill9();
        }
        world.publisher();
        expect(await load.stop()).toBeGreaterThan(0);
        await world.allPublished();
        await world.check();
      }),
    120_000 + KILLS * 5_000,
  );

  test(
    'design §8 · two publishers at once, neither knowing of the other: repeats only',
    () =>
      inPublishingWorld(async (world) => {
        const load = startLoad(world.log);
        const first = world.publisher();
        const second = world.publisher({ publishersDatabase: `${world.mongodb.database}_other` });
        await Promise.all([first.said(/^published/), second.said(/^published/)]);
        await sleep(1_500);
        await load.stop();
        await world.allPublished();
        await Promise.all([first.stop(), second.stop()]);
        expect((await world.check()).repeats).toBeGreaterThan(0);
      }),
    PATIENCE_MS,
  );

  test(
    'design §8 · a publisher frozen past the takeover and woken again: repeats only, and it stands by',
    () =>
      inPublishingWorld(async (world) => {
        const load = startLoad(world.log);
        const zombie = world.publisher({ instance: 'zombie' });
        await zombie.said(/^published/);
        const other = world.publisher({ instance: 'other' });
        await zombie.freeze();
        await other.said(/^published/);
        await sleep(500);
        zombie.thaw();
        await zombie.said(/^state standby/);
        await sleep(300);
        await load.stop();
        await world.allPublished();
        await world.check();
      }),
    PATIENCE_MS,
  );

  test(
    'design §7 · a standby takes over after a death, and without waiting out the patience after a graceful end',
    () =>
      inPublishingWorld(async (world) => {
        const load = startLoad(world.log);
        const first = world.publisher({ instance: 'first' });
        await first.said(/^published/);
        const patient = { turnTimes: { ...TURN_TIMES, patienceMs: 600_000 } };
        const second = world.publisher({ instance: 'second' });
        await first.kill9();
        await second.said(/^published/);
        const third = world.publisher({ ...patient, instance: 'third' });
        await second.stop();
        await third.said(/^published/);
        await load.stop();
        await world.allPublished();
        await world.check();
      }),
    PATIENCE_MS,
  );
});
