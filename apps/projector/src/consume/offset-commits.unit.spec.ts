import { setTimeout as delay } from 'node:timers/promises';
import { type NextOffsets, OffsetCommits } from './offset-commits.js';

const EVERY_MS = 20;

/** Commits that go nowhere; `answers` are those of the requests in turn, then all succeed. */
function begin(answers: (Promise<void> | Error)[] = []) {
  const sent: NextOffsets[] = [];
  const failures: [string, number][] = [];
  const commits = new OffsetCommits(
    (error, attempt) => failures.push([(error as Error).message, attempt]),
    EVERY_MS,
  );
  const send = async (offsets: NextOffsets): Promise<void> => {
    sent.push(offsets);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    await answer;
  };
  return { commits, sent, failures, send };
}

test('the newest offsets of all partitions are one request, and a little later the next', async () => {
  const { commits, sent, send } = begin();
  commits.through(send);
  const started = performance.now();
  for (let offset = 1; offset <= 30; offset++) {
    for (const partition of [0, 1, 2]) commits.note(partition, String(offset * 10 + partition));
    await delay(4);
  }
  await delay(2 * EVERY_MS);
  expect(sent.length).toBeLessThanOrEqual((performance.now() - started) / EVERY_MS);
  expect(sent.length).toBeGreaterThan(1);
  expect(sent.at(-1)).toEqual([0, 1, 2].map((partition) => ({ partition, offset: String(300 + partition) })));
  // Nothing new, no request.
  const { length } = sent;
  await delay(3 * EVERY_MS);
  expect(sent).toHaveLength(length);
});

test('what is noted before there is a way waits for it', async () => {
  const { commits, sent, send } = begin();
  commits.note(3, '7');
  await delay(2 * EVERY_MS);
  await commits.flush();
  commits.through(send);
  await delay(3 * EVERY_MS);
  expect(sent).toEqual([[{ partition: 3, offset: '7' }]]);
});

test('a flush sends at once, and after what is under way: the older offset never comes last', async () => {
  const first = Promise.withResolvers<void>();
  const { commits, sent, send } = begin([first.promise]);
  commits.through(send);
  commits.note(0, '1');
  const flushed = commits.flush();
  await delay(0);
  commits.note(0, '2');
  const again = commits.flush();
  await delay(2 * EVERY_MS);
  expect(sent).toEqual([[{ partition: 0, offset: '1' }]]);
  first.resolve();
  await Promise.all([flushed, again]);
  expect(sent).toEqual([[{ partition: 0, offset: '1' }], [{ partition: 0, offset: '2' }]]);
});

test('a failure fails nothing: it is sent again with what is newer, and said from the second on', async () => {
  const { commits, sent, failures, send } = begin([new Error('first'), new Error('second'), new Error('third')]); // prettier-ignore
  commits.through(send);
  commits.note(0, '1');
  commits.note(1, '5');
  await commits.flush();
  expect(failures).toEqual([]);
  commits.note(0, '2');
  await commits.flush();
  await commits.flush();
  await delay(3 * EVERY_MS);
  const newest = [{ partition: 0, offset: '2' }, { partition: 1, offset: '5' }]; // prettier-ignore
  expect(sent.map((offsets) => offsets.toSorted((a, b) => a.partition - b.partition))).toEqual([
    [{ partition: 0, offset: '1' }, { partition: 1, offset: '5' }],
    newest,
    newest,
    newest,
  ]); // prettier-ignore
  expect(failures).toEqual([['second', 1], ['third', 2]]); // prettier-ignore
});

test('design §8 · after the stay nothing is sent: what was noted, what is noted, what failed', async () => {
  const answer = Promise.withResolvers<void>();
  const { commits, sent, failures, send } = begin([answer.promise]);
  commits.through(send);
  commits.note(0, '1');
  const flushed = commits.flush();
  await delay(0);
  commits.note(1, '1');
  commits.end();
  commits.note(2, '1');
  answer.reject(new Error('not a member'));
  await flushed;
  await commits.flush();
  await delay(3 * EVERY_MS);
  expect(sent).toEqual([[{ partition: 0, offset: '1' }]]);
  expect(failures).toEqual([]);
});
