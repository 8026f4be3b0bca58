import { describe, expect, test } from '@jest/globals';
import { violationsOf } from '../../../testing/simulation/check-schedule.js';
import { MUTATIONS } from '../../../testing/simulation/mutations.js';
import { type Ran, runSchedule, type ScheduleOptions } from '../../../testing/simulation/run-schedule.js';

/** ROLLBOOK_TEST_SCHEDULES asks for more; ROLLBOOK_TEST_FIRST_SEED for others. */
const SCHEDULES = Number(process.env.ROLLBOOK_TEST_SCHEDULES ?? 1_000);
const FIRST_SEED = Number(process.env.ROLLBOOK_TEST_FIRST_SEED ?? 1);
/** Each mutation shows itself far earlier. */
const SEEDS_PER_MUTATION = 1_000;
const MANY_SCHEDULES_MS = 10 * 60_000;

/** The first schedule that is wrong (in that way), and the number of answers of each kind until then. */
async function search(options: Omit<ScheduleOptions, 'seed'>, schedules: number, shows = /^/) {
  const answers = { acknowledged: 0, elsewhere: 0, conflict: 0, unknown: 0, 'not written': 0, crashed: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + schedules; seed++) {
    const ran = await runSchedule({ ...options, seed });
    for (const answer of ran.outcomes.flatMap((outcome) => outcome.answers)) {
      answers[typeof answer === 'object' ? 'acknowledged' : answer]++;
    }
    answers.elsewhere += ran.landedElsewhere;
    const violations = violationsOf(ran).filter((violation) => shows.test(violation));
    if (violations.length > 0) return { answers, wrong: { seed, violations } };
  }
  return { answers, wrong: null };
}

describe('design §4 · the appender on a simulated replica set', () => {
  test(
    `§4 · ${SCHEDULES} schedules with every fault leave a dense log that agrees with every answer`,
    async () => {
      const { answers, wrong } = await search({ faults: true }, SCHEDULES);
      expect(wrong).toBeNull();
      // the schedules are worth something only if all of it happens
      for (const [, times] of Object.entries(answers)) expect(times).toBeGreaterThan(SCHEDULES / 100);
    },
    MANY_SCHEDULES_MS,
  );

  test(
    '§4 · without faults every command is acknowledged, or conflicts because another is there',
    async () => {
      const { answers, wrong } = await search({ faults: false }, SCHEDULES / 4);
      expect(wrong).toBeNull();
      expect(answers).toMatchObject({ unknown: 0, 'not written': 0, crashed: 0 });
    },
    MANY_SCHEDULES_MS,
  );

  test('§4 · a schedule is decided by its seed', async () => {
    const ran: Ran[] = [];
    for (let i = 0; i < 2; i++) ran.push(await runSchedule({ seed: 4, faults: true }));
    expect(ran[1]).toEqual(ran[0]);
  });

  test.each(MUTATIONS)(
    '§4 · the schedules find out a protocol with $name',
    async (mutation) => {
      const { wrong } = await search({ faults: true, mutation }, SEEDS_PER_MUTATION, mutation.shows);
      expect(wrong).not.toBeNull();
    },
    MANY_SCHEDULES_MS,
  );
});
