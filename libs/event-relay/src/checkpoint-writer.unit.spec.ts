import { describe, expect, test } from '@jest/globals';
import { CheckpointWriter } from './checkpoint-writer.js';
import { type Checkpoint, type CheckpointStore, nothingPublished } from './published-positions.js';

const at = (position: number): Checkpoint => ({ position, partitions: [position], offsets: [position - 1] });

/** A store whose writes end when the test says so. */
function slowStore() {
  const written: number[] = [];
  const pending: { finish: () => void; fail: (error: Error) => void }[] = [];
  const store: CheckpointStore = {
    read: async () => ({ ...nothingPublished(1), offsets: [null] }),
    replace: async () => undefined,
    advance: ({ position }) =>
      new Promise((resolve, reject) => {
        pending.push({ finish: () => (written.push(position), resolve()), fail: reject });
      }),
  };
  return { store, written, pending };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('CheckpointWriter', () => {
  test('design §7 · what is noted during a write is stored by the next one, the newest only', async () => {
    const { store, written, pending } = slowStore();
    const writer = new CheckpointWriter(store, () => undefined, 0);
    for (const position of [1, 2]) writer.note(at(position));
    await turn();
    expect(pending).toHaveLength(1);
    for (const position of [3, 4]) writer.note(at(position));
    const flushed = writer.flush();
    pending[0]?.finish();
    await turn();
    expect(pending).toHaveLength(2);
    pending[1]?.finish();
    await flushed;
    expect(written).toEqual([2, 4]);
  });

  test('design §7 · writes keep their distance, however quick each is', async () => {
    const { store, written, pending } = slowStore();
    const writer = new CheckpointWriter(store, () => undefined, 400);
    writer.note(at(1));
    await turn();
    pending[0]?.finish();
    for (const position of [2, 3]) {
      await turn();
      writer.note(at(position));
    }
    await turn();
    expect([written, pending.length]).toEqual([[1], 1]);
    const flushed = writer.flush();
    while (pending.length < 2) await turn();
    pending[1]?.finish();
    await flushed;
    expect(written).toEqual([1, 3]);
  });

  test('design §7 · a write that failed is said, and made up for by the next', async () => {
    const { store, written, pending } = slowStore();
    const errors: unknown[] = [];
    const writer = new CheckpointWriter(store, (error) => errors.push(error), 0);
    writer.note(at(1));
    await turn();
    pending[0]?.fail(new Error('no primary'));
    await turn();
    expect(errors).toEqual([new Error('no primary')]);
    const flushed = writer.flush();
    await turn();
    pending[1]?.finish();
    await flushed;
    expect(written).toEqual([1]);
  });

  test('design §7 · with nothing noted there is nothing to store', async () => {
    const { store, pending } = slowStore();
    await new CheckpointWriter(store, () => undefined).flush();
    expect(pending).toEqual([]);
  });
});
