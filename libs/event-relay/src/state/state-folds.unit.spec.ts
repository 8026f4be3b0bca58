import { describe, expect, test } from '@jest/globals';
import { memoryEventLog, readEvent, type StoredEvent } from '@rollbook/event-log';
import { fold } from '@rollbook/registration';
import { lifeEvent } from '../../testing/event-texts.js';
import { LogLacksVersion, StateFolds } from './state-folds.js';

const STREAM = 'client-a';
const EVENTS = 120;

async function longLife() {
  const log = memoryEventLog();
  for (let version = 0; version < EVENTS; version++) {
    await log.append(lifeEvent(STREAM, version, version === 0 ? 'ClientRegistered' : 'ClientUpdated'));
  }
  const stored = await log.readAll({ after: 0, limit: EVENTS });
  let reads = 0;
  const readStream: typeof log.readStream = (streamId, page) => {
    reads += 1;
    return log.readStream(streamId, page);
  };
  return { stored, readStream, reads: () => reads };
}
const foldTo = (stored: readonly StoredEvent[], version: number) =>
  fold(stored.slice(0, version).map(({ text }) => readEvent(text)));
const at = (stored: readonly StoredEvent[], version: number): StoredEvent => {
  const event = stored[version - 1];
  if (event === undefined) throw new Error(`there is no version ${version}`);
  return event;
};

describe('StateFolds', () => {
  test.each([1, 2, 50, 51, 52, EVENTS])(
    'design §7 · the state as of version %i, when nothing is at hand',
    async (version) => {
      const { stored, readStream } = await longLife();
      expect(await new StateFolds(readStream).asOf(at(stored, version))).toEqual(foldTo(stored, version));
    },
  );

  test('design §7 · the next event of a client at hand asks nothing of the log', async () => {
    const { stored, readStream, reads } = await longLife();
    const folds = new StateFolds(readStream);
    await folds.asOf(at(stored, 60));
    const before = reads();
    expect(await folds.asOf(at(stored, 61))).toEqual(foldTo(stored, 61));
    expect(reads()).toBe(before);
  });

  test('design §7 · an earlier event is folded from the start, a later one from what is at hand', async () => {
    const { stored, readStream } = await longLife();
    const folds = new StateFolds(readStream);
    for (const version of [40, 10, 10, 100]) {
      expect(await folds.asOf(at(stored, version))).toEqual(foldTo(stored, version));
    }
  });

  test('design §7 · a client that is too large to be kept is folded all the same', async () => {
    const { stored, readStream, reads } = await longLife();
    const folds = new StateFolds(readStream, 10);
    for (const version of [2, 3])
      expect(await folds.asOf(at(stored, version))).toEqual(foldTo(stored, version));
    expect(reads()).toBe(2);
  });

  test('design §8 · a version that the log lacks is not passed over', async () => {
    const { stored, readStream } = await longLife();
    const folds = new StateFolds(readStream);
    const beyond = { ...at(stored, EVENTS), streamVersion: EVENTS + 2 };
    await expect(folds.asOf(beyond)).rejects.toThrow(new LogLacksVersion(STREAM, EVENTS + 1));
    const holed = new StateFolds((streamId, page) =>
      readStream(streamId, page).then((events) => events.filter(({ streamVersion }) => streamVersion !== 3)),
    );
    await expect(holed.asOf(at(stored, 6))).rejects.toThrow(new LogLacksVersion(STREAM, 3));
  });
});
