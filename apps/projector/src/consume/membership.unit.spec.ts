import { setTimeout as pause } from 'node:timers/promises';
import { Membership } from './membership.js';
import type { NextOffsets, SendCommit } from './offset-commits.js';

const CHECKPOINTS = [
  { partition: 0, position: 40, offset: '12' },
  { partition: 1, position: 0, offset: null },
  { partition: 2, position: 7, offset: null },
  { partition: 3, position: 9, offset: '3' },
];

const open: Membership[] = [];
afterEach(() => open.splice(0).forEach((membership) => membership.end()));

function join(partitions: number[], answers: (Error | typeof CHECKPOINTS)[] = []) {
  const sought: [number, string][] = [];
  const failures: number[] = [];
  const behind: string[] = [];
  let read = 0;
  const membership = new Membership({
    partitions,
    projection: {
      checkpoints: () => {
        read += 1;
        const answer = answers.shift() ?? CHECKPOINTS;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
    seek: (partition, offset) => void sought.push([partition, offset]),
    onFailure: (_error, attempt) => {
      failures.push(attempt);
      if (attempt === 3) membership.end();
    },
    onUncommitted: () => undefined,
    onBehind: ({ message }) => void behind.push(message),
    lookEveryMs: 1,
  });
  open.push(membership);
  return { membership, sought, failures, behind, reads: () => read };
}

test('design §8 · each partition begins after its own checkpoint, or at the beginning of the topic', async () => {
  const { membership, sought } = join([0, 1, 2, 5]);
  expect(membership.pointed).toBe(false);
  await membership.aligned;
  expect(membership.pointed).toBe(true);
  // Where the last record came from the log, its place on Kafka is not known: everything there is passed over again.
  expect(sought).toEqual([[0, '13'], [1, '0'], [2, '0'], [5, '0']]); // prettier-ignore
  expect([0, 2, 5, 3].map((partition) => membership.cursorOf(partition))).toEqual([
    { position: 40 },
    { position: 7 },
    { position: 0 },
    null,
  ]);
});

test('design §8 · the checkpoints are the first that a stay commits, unless it is over before', async () => {
  const { membership } = join([0, 1, 2, 3]);
  await membership.aligned;
  const sent: NextOffsets[] = [];
  const send: SendCommit = async (offsets) => void sent.push(offsets);
  membership.commits.through(send);
  await membership.commits.flush();
  expect(sent).toEqual([[{ partition: 0, offset: '13' }, { partition: 3, offset: '4' }]]); // prettier-ignore
  const ended = join([0]).membership;
  await ended.aligned;
  ended.commits.through(send);
  ended.end();
  ended.commits.note(0, '14');
  await ended.commits.flush();
  expect(sent).toHaveLength(1);
});

test('checkpoints that cannot be read are read again', async () => {
  const { membership, failures } = join([0], [new Error('away'), new Error('away')]);
  await membership.aligned;
  expect(failures).toEqual([1, 2]);
  expect(membership.cursorOf(0)).toEqual({ position: 40 });
});

test('a stay that is over points at nothing', async () => {
  const { membership, sought } = join([0], [new Error('away'), new Error('away'), new Error('away')]);
  await membership.aligned;
  expect([membership.over, membership.pointed, sought]).toEqual([true, false, []]);
  const ended = join([0]);
  ended.membership.end();
  await ended.membership.aligned;
  expect(ended.sought).toEqual([]);
});

test('design §8 · a model in an earlier state than it was is noticed, also without a new event, and told once', async () => {
  const EARLIER = CHECKPOINTS.map((one) => ({ ...one, position: Math.min(one.position, 7) }));
  const { membership, behind, reads } = join([1, 2, 3], [CHECKPOINTS, new Error('away'), CHECKPOINTS]);
  await membership.aligned;
  const cursor = membership.cursorOf(2);
  while (reads() < 4) await pause(1);
  expect([cursor, behind]).toEqual([{ position: 7 }, []]);

  const restored = join([1, 2, 3], [CHECKPOINTS, EARLIER]);
  while (restored.behind.length === 0) await pause(1);
  await pause(10);
  expect(restored.behind).toEqual(['partition 3 was at position 9: the database is in an earlier state']);
});

test('a generation without checkpoints is none in an earlier state: it was dropped', async () => {
  const { behind, reads } = join([0], [CHECKPOINTS, [], []]);
  while (reads() < 3) await pause(1);
  expect(behind).toEqual([]);
});
