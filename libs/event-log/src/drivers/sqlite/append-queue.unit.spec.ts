import { describe, expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { Append } from '../../event-log.js';
import { AppendQueue } from './append-queue.js';
import { CONFLICT, type Group } from './group.js';

const append = (streamId: string, expectedVersion = 0, events = ['{}']): Append => ({
  streamId,
  expectedVersion,
  events,
  commitId: streamId,
});

function queueOf(maxInFlight = 100) {
  const groups: Group[] = [];
  return { groups, queue: new AppendQueue({ maxInFlight, post: (group) => groups.push(group) }) };
}

describe('the queue of appends', () => {
  test('§4 · what comes while a group is under way is the next group', async () => {
    const { groups, queue } = queueOf();
    const first = [queue.append(append('a')), queue.append(append('b', 3, ['1', '2']))];
    await setImmediate();
    const second = [queue.append(append('c')), queue.append(append('d'))];
    await setImmediate();
    expect(groups).toEqual([
      { streams: ['a', 'b'], expectedVersions: [0, 3], counts: [1, 2], texts: ['{}', '1', '2'] },
    ]);
    queue.settle({ kind: 'committed', positions: [1, 3], head: 3 });
    expect(await Promise.all(first)).toEqual([
      { streamVersion: 1, position: 1 },
      { streamVersion: 5, position: 3 },
    ]);
    expect(groups[1]?.streams).toEqual(['c', 'd']);
    queue.settle({ kind: 'committed', positions: [CONFLICT, 4], head: 4 });
    expect(await Promise.allSettled(second)).toMatchObject([
      { reason: { name: 'VersionConflict', streamId: 'c', expectedVersion: 0 } },
      { value: { position: 4 } },
    ]);
  });

  test('§8 · a refused group is not written, and the queue goes on', async () => {
    const { groups, queue } = queueOf();
    const refused = queue.append(append('a'));
    await setImmediate();
    queue.settle({ kind: 'refused', reason: 'full', message: 'no space' });
    await expect(refused).rejects.toMatchObject({
      reason: 'full',
      outcome: 'not written',
      retryAfterSeconds: 30,
    });
    const next = queue.append(append('a'));
    await setImmediate();
    queue.settle({ kind: 'committed', positions: [1], head: 1 });
    expect(await next).toEqual({ streamVersion: 1, position: 1 });
    expect(groups).toHaveLength(2);
  });

  test('§4 · when the writer fails, what was sent is unknown and what waited was not written', async () => {
    const { queue } = queueOf();
    const sent = queue.append(append('a'));
    await setImmediate();
    const waiting = queue.append(append('b'));
    queue.fail('the disk is gone');
    await expect(sent).rejects.toMatchObject({ message: 'the disk is gone', outcome: 'unknown' });
    await expect(waiting).rejects.toMatchObject({ outcome: 'not written' });
    await expect(queue.append(append('c'))).rejects.toMatchObject({ name: 'LogUnavailable' });
  });

  test('§4 · texts under way are bounded in size too', async () => {
    const { queue } = queueOf(1_000);
    const events = Array.from({ length: 16 }, () => 'x'.repeat(256 * 1024));
    const large = Array.from({ length: 8 }, (_, i) => queue.append(append(`large-${i}`, 0, events)));
    await expect(queue.append(append('c'))).rejects.toMatchObject({ reason: 'busy' });
    await setImmediate();
    queue.settle({ kind: 'committed', positions: large.map((_, i) => 16 * (i + 1)), head: 128 });
    await Promise.all(large);
    const next = queue.append(append('c'));
    await setImmediate();
    queue.settle({ kind: 'committed', positions: [129], head: 129 });
    expect(await next).toMatchObject({ position: 129 });
  });
});
