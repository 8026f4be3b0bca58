import {
  type FollowedGeneration,
  GenerationGone,
  type GenerationReport,
  type MongodbProjection,
} from '@rollbook/read-models';
import type { ConsumerStatus } from '../consume/consumer.js';
import { GenerationFollower } from './generation-follower.js';

const CONSUMING: ConsumerStatus = { state: 'consuming', lastError: null, partitions: [] };

/** A follower of generations that the test names. */
function following(opening: (generation: number) => Error | null = () => null) {
  const told: string[] = [];
  const reports: (readonly GenerationReport[])[] = [];
  const wanted: FollowedGeneration[][] = [];
  const statuses = new Map<number, ConsumerStatus>();
  const dead = new Set<number>();
  let wake = Promise.withResolvers<void>();
  const follower = new GenerationFollower({
    projector: {
      async *watchGenerations({ signal }) {
        const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        while (!signal.aborted) {
          const next = wanted.shift();
          if (next !== undefined) yield next;
          else {
            await Promise.race([wake.promise, aborted]);
            wake = Promise.withResolvers<void>();
          }
        }
      },
      openProjection(generation) {
        const error = opening(Number(generation));
        if (error !== null) return Promise.reject(error);
        told.push(`open ${generation}`);
        const close = () => Promise.resolve(void told.push(`close ${generation}`));
        return Promise.resolve({ generation: Number(generation), close } as MongodbProjection);
      },
      report: (generations) => Promise.resolve(void reports.push(generations)),
    },
    startConsumer: ({ generation }) => ({
      status: () => statuses.get(generation) ?? CONSUMING,
      notLiving: () => (dead.has(generation) ? `${generation} is dead` : null),
      close: () => Promise.resolve(void told.push(`leave ${generation}`)),
    }),
    on: {
      followed: ({ generation, state }) => void told.push(`${generation} ${state}`),
      left: (generation) => void told.push(`left ${generation}`),
      failed: (what) => void told.push(`failed: ${what}`),
    },
  });
  const want = (...generations: FollowedGeneration[]) => {
    wanted.push(generations);
    wake.resolve();
  };
  return { follower, want, told, reports, statuses, dead };
}
const settled = () => new Promise((resolve) => void setTimeout(resolve, 20));

test('design §8 · a rebuild: a consumer beside the live one, and its own to the end of the replaced one', async () => {
  const { follower, want, told } = following();
  want({ generation: 1, state: 'live' });
  want({ generation: 1, state: 'live' }, { generation: 2, state: 'building' });
  await settled();
  expect(told.splice(0)).toEqual(['open 1', '1 live', 'open 2', '2 building']);
  want({ generation: 1, state: 'retired' }, { generation: 2, state: 'live' });
  await settled();
  expect(told.splice(0)).toEqual([]);
  expect(follower.status().map(({ generation }) => generation)).toEqual([
    { generation: 1, state: 'retired' },
    { generation: 2, state: 'live' },
  ]);
  want({ generation: 2, state: 'live' });
  await settled();
  expect(told.splice(0)).toEqual(['leave 1', 'close 1', 'left 1']);
  await follower.close();
  expect(told).toEqual(['leave 2', 'close 2', 'left 2']);
});

test('a generation that cannot be opened is tried again, one that is gone is not', async () => {
  const failures = [new Error('away'), new GenerationGone('dropped')];
  const { follower, want, told } = following(() => failures.shift() ?? null);
  want({ generation: 4, state: 'live' });
  want({ generation: 5, state: 'live' });
  await new Promise((resolve) => void setTimeout(resolve, 300));
  expect(told).toEqual(['failed: opening generation 4', 'open 5', '5 live']);
  await follower.close();
});

test('what each consumer does is reported: one that waits for something is paused', async () => {
  const { follower, want, reports, statuses } = following();
  statuses.set(2, { state: 'paused', lastError: 'the database is away', partitions: [] });
  statuses.set(3, { state: 'joining', lastError: null, partitions: [] });
  want(...([1, 2, 3] as const).map((generation) => ({ generation, state: 'live' as const })));
  await new Promise((resolve) => void setTimeout(resolve, 1200));
  expect(reports.at(-1)).toEqual([
    { generation: 1, state: 'live', lastError: null },
    { generation: 2, state: 'paused', lastError: 'the database is away' },
    { generation: 3, state: 'live', lastError: null },
  ]);
  await follower.close();
});

test('design §8 · a dead consumer is a reason to replace the process', async () => {
  const { follower, want, dead } = following();
  want({ generation: 1, state: 'live' });
  await settled();
  expect(follower.notLiving()).toBe(null);
  dead.add(1);
  expect(follower.notLiving()).toBe('1 is dead');
  await follower.close();
});
