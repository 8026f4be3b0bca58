import { createHash } from 'node:crypto';
import { memoryEventLog } from '@rollbook/event-log';
import { exportLines } from './event-export.js';

const log = memoryEventLog();
const texts = Array.from({ length: 600 }, (_, i) => `{"eventId":"e${i}","name":"Ünïcode ${i}","n":1.0}`);
beforeAll(async () => {
  await log.append({ streamId: 'client-a', expectedVersion: 0, events: texts, commitId: 'a' });
});

async function exported(from: number, to: number) {
  const pieces: Buffer[] = [];
  for await (const piece of exportLines(log, { from, to }, new AbortController().signal)) pieces.push(piece);
  const lines = Buffer.concat(pieces).toString('utf8').split('\n');
  return {
    lines: lines.slice(0, -2),
    last: JSON.parse(lines.at(-2) ?? '') as unknown,
    end: lines.at(-1),
    pieces,
  };
}
const sha256 = (lines: string[]) =>
  createHash('sha256')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex');

describe('export · NDJSON', () => {
  test.each([
    ['everything', 1, 600],
    ['a range', 7, 9],
    ['one event', 600, 600],
    ['a batch and one more', 1, 251],
    ['nothing', 601, 600],
    ['an empty range', 5, 3],
  ])('%s: the stored texts, then range, count and digest', async (_name, from, to) => {
    const { lines, last, end } = await exported(from, to);
    const wanted = texts.slice(from - 1, to);
    expect(lines).toEqual(wanted);
    expect(last).toEqual({ export: { from, to, count: wanted.length, sha256: sha256(wanted) } });
    expect(end).toBe('');
  });

  test('comes in pieces', async () => {
    expect((await exported(1, 600)).pieces.length).toBeGreaterThan(2);
  });

  test('ends without a last line when the reader leaves', async () => {
    const controller = new AbortController();
    const lines = exportLines(log, { from: 1, to: 600 }, controller.signal);
    await lines.next();
    controller.abort();
    await expect(lines.next()).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('fails when the log does not hold what was promised', async () => {
    const lines = exportLines(log, { from: 601, to: 700 }, new AbortController().signal);
    await expect(lines.next()).rejects.toThrow('the log ends at position 600, before 700');
  });
});
